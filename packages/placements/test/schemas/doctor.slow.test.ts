import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { ask, directory, feature, schema, tenancy, two } from './world.ts';

const ignore = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
];

const findings = (url: string) =>
  withClient(url, async (client) => {
    const options = { tenancy, schema, directory, features: [feature], ignore };
    const found = await diagnose(client, options);
    expect(found.unseen).toEqual([]);
    return found.findings.map(({ rule, object, found }) => `${rule} ${object}: ${found}`);
  });

describe('doctor', () => {
  it('has nothing to say about schemas as they are made', async () => {
    const { url } = await two();
    expect(await findings(url)).toEqual([]);
  });

  it.each([
    [
      'drop policy items_tenant_floor on t_acme.items',
      'policy items_tenant_floor of items is missing',
    ],
    [
      'alter table t_acme.items no force row level security',
      'row security of items is another one',
    ],
    ['drop table t_acme.notes', 'table notes is missing'],
    ['grant truncate on t_acme.items to schemas_app', 'rights schemas_app of items is another one'],
    [
      'alter table t_acme.items add column more text',
      'column more of items is there, and not in the shared table',
    ],
    ['alter table items add column more text', 'column more of items is missing'],
    ['alter table t_acme.items disable trigger all', 'trigger'],
  ])('finds a schema that is not like the shared tables: %s', async (sql, found) => {
    const { url } = await two();
    await ask(url, sql);
    const all = await findings(url);
    const unlike = all.filter((each) => each.startsWith('placements-schema-unlike schema t_acme'));
    expect(unlike).toHaveLength(1);
    expect(unlike[0]).toContain(found);
  });

  it('finds a name that is not barred any more', async () => {
    const { url } = await two();
    await ask(url, 'drop type tenantry_barred.notes');
    expect((await findings(url)).join('\n')).toContain('tenantry_barred.notes');
  });

  it('sees tables of a schema whose isolation is off, also where the shared ones have it off too', async () => {
    const { url } = await two();
    await ask(url, 'alter table t_acme.items disable row level security');
    await ask(url, 'alter table items disable row level security');
    expect((await findings(url)).some((each) => each.includes('t_acme.items'))).toBe(true);
  });
});

it('a pool whose tenants have schemas withstands the attacks', async () => {
  const { open } = await two();
  await expectIsolated({ pool: open() as never, tenancy, schema, disposable: true });
});
