import { createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exemptionMatcher } from '../src/exemptions.ts';
import { createTenantPool, defineTenancy, type Tenancy } from '../src/index.ts';
import { kindOf } from '../src/pool/kind.ts';
import { foundationSql } from '../src/sql/index.ts';

describe('the name of a schema', () => {
  test.each(['workspaces_tenancy', 'w', 'tenancy2', 'tenantry_two', 'a'.repeat(50)])(
    '%s',
    (schema) => {
      const tenancy = defineTenancy({ tenant: 'workspace', id: 'uuid', schema });
      expect(tenancy).toMatchObject({ schema, setting: `${schema}.workspace_id` });
    },
  );

  test.each([
    'public',
    'app',
    'pg_catalog',
    'pg_own',
    'information_schema',
    '',
    ' own',
    'own;',
    'Own',
    'own-house',
    'own.house',
    '"own"',
    'öwn',
    '1own',
    '_own',
    'a'.repeat(51),
    'user',
    'table',
    'current_user',
    'tablesample',
    'system_user',
    null as never,
    7 as never,
  ])('is not %j', (schema) => {
    expect(() => defineTenancy({ tenant: 'workspace', id: 'uuid', schema })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', found: expect.stringContaining('schema') }),
    );
  });

  test('is tenantry unless named', () => {
    for (const schema of [undefined, 'tenantry']) {
      expect(defineTenancy({ tenant: 'workspace', id: 'uuid', schema })).toMatchObject({
        schema: 'tenantry',
        setting: 'app.workspace_id',
      });
    }
  });

  test('needs no quotes before a dot, on any server', async () => {
    const { url } = await testDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ word: string }>(
      "select word from pg_get_keywords() where catcode in ('R', 'T') and word ~ '^[a-z]'",
    );
    const accepted = rows.filter(({ word }) => {
      try {
        return defineTenancy({ tenant: 'workspace', id: 'uuid', schema: word });
      } catch {
        return false;
      }
    });
    await client.end();
    expect(accepted).toEqual([]);
  });
});

test('what is called in the schema of the tenancy leaves nothing on a connection', () => {
  expect(kindOf('select own.can($1)', 'own').reach).toBe('reads');
  expect(kindOf('select tenantry.can($1)', 'own').reach).toBe('calls');
  expect(kindOf('select own.can($1)').reach).toBe('calls');
  expect(kindOf('select tenantry.can($1)').reach).toBe('reads');
});

test('the schema of the tenancy is not exempt, and that of another one may be', () => {
  expect(() => exemptionMatcher({ 'own.*': 'not looked at' }, 'own')).toThrow(
    /where Tenantry keeps/,
  );
  expect(
    exemptionMatcher({ 'tenantry.*': 'the organizations' }, 'own').find('tenantry', 'x'),
  ).toBeDefined();
});

describe('in a database', async () => {
  const { url } = await testDatabase();
  const client = new pg.Client({ connectionString: url });
  const install = (tenancy: Tenancy) => client.query(foundationSql(tenancy).sql);
  const organizations = defineTenancy({ tenant: 'organization', id: 'uuid' });
  const workspaces = defineTenancy({ tenant: 'workspace', id: 'uuid', schema: 'own' });
  beforeAll(() => client.connect());
  afterAll(() => client.end());

  test('a pool refuses one that only another tenancy was migrated in', async () => {
    await install(organizations);
    const logins = await createLogins(url, organizations);
    const ask = async (tenancy: Tenancy) => {
      const pool = createTenantPool(tenancy, { connectionString: logins.app });
      const scope = tenancy.parseId('11111111-1111-4111-8111-111111111111');
      await tenancy.run(scope, () => pool.query('select 1')).finally(() => pool.end());
    };
    await expect(ask(workspaces)).rejects.toMatchObject({ code: 'DATABASE_NOT_PREPARED' });
    await install(workspaces);
    await ask(workspaces);
    await ask(organizations);
  });

  test('a schema is of one tenancy, and the refusal names the option', async () => {
    const taken = defineTenancy({ tenant: 'team', id: 'uuid', schema: 'own' });
    await expect(install(taken)).rejects.toMatchObject({
      code: '42P06',
      message: expect.stringContaining('schema own belongs to another tenancy'),
      hint: expect.stringMatching(/defineTenancy\(\{ schema: .* comment on schema own is/),
    });
    await expect(install(defineTenancy({ tenant: 'team', id: 'uuid' }))).rejects.toMatchObject({
      hint: expect.stringContaining('comment on schema tenantry is'),
    });
    await install(defineTenancy({ tenant: 'team', id: 'uuid', schema: 'teams' }));
    await install(workspaces);
  });
});
