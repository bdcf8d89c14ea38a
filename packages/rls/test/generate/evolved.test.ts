import { expect, test } from 'vitest';
import { compareEvolved, type Definitions } from '../../src/definitions/index.ts';

const migrated = { standing: { objects: [] } } as never as Parameters<typeof compareEvolved>[2];
const evolved = (titles: Readonly<Record<string, string>>): Definitions =>
  new Map(Object.entries(titles));

test('of a kept table all parts stay, and nothing whose name only begins like its', () => {
  const kept = ['table tenantry.audit_seals', 'sequence tenantry.seals_seq'];
  const parts = {
    'table tenantry.audit_seals': 'owner postgres',
    'column tenantry.audit_seals.number': 'bigint',
    'primary key of tenantry.audit_seals': 'PRIMARY KEY (number)',
    'constraint audit_seals_check of tenantry.audit_seals': 'CHECK (true)',
    'index tenantry.of_seals': 'CREATE INDEX of_seals ON tenantry.audit_seals USING btree (number)',
    'policy seals_read of tenantry.audit_seals': 'permissive for select',
    'rights of app on table tenantry.audit_seals': 'select',
    'rights of app on column tenantry.audit_seals.number': 'update',
    'sequence tenantry.seals_seq': 'owner postgres',
    'rights of app on sequence tenantry.seals_seq': 'usage',
  };
  const others = {
    'column tenantry.audit_seals_of_mine.number': 'bigint',
    'function tenantry.audit_seals_read()': 'owner postgres',
    'index tenantry.audit_seals_of_mine_number':
      'CREATE INDEX audit_seals_of_mine_number ON tenantry.audit_seals_of_mine USING btree (number)',
    'policy everybody of tenantry.audit_seals_of_mine': 'permissive for all',
    'rights of public on table tenantry.audit_seals_of_mine': 'select',
    'sequence tenantry.seals_seq2': 'owner postgres',
    'table tenantry.audit_seals_of_mine': 'owner postgres',
  };
  const { differences } = compareEvolved(
    evolved({ ...parts, ...others }),
    new Map(),
    migrated,
    kept,
  );
  expect(differences.map(({ object }) => object)).toEqual(Object.keys(others));
});
