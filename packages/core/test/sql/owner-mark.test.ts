import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineTenancy, type Tenancy } from '../../src/index.ts';
import { foundationSql } from '../../src/sql/index.ts';

const organizations = defineTenancy({ tenant: 'organization', id: 'uuid' });
const database = await testDatabase();
const client = new pg.Client({ connectionString: database.url });
const install = (tenancy: Tenancy) => client.query(foundationSql(tenancy).sql);

beforeAll(async () => {
  await client.connect();
  await install(organizations);
});
afterAll(() => client.end());

/** Undoes what a test does, so that each begins with the schema of the organizations. */
async function afterwardsUndone(work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  await work().finally(() => client.query('rollback'));
}

it('is installed again by the same tenancy, with a signed context too', async () => {
  await install(organizations);
  await afterwardsUndone(async () => {
    await install(defineTenancy({ tenant: 'organization', id: 'uuid', context: 'signed' }));
  });
});

const others: Record<string, Tenancy> = {
  'with another word': defineTenancy({ tenant: 'workspace', id: 'uuid' }),
  'with another word of the same ending': defineTenancy({ tenant: 'subOrganization', id: 'uuid' }),
  'with roles of its own': defineTenancy({
    tenant: 'organization',
    id: 'uuid',
    roles: { app: 'app', system: 'other_system' },
  }),
};

it.each(Object.entries(others))('refuses another tenancy, %s', async (_, other) => {
  await expect(install(other)).rejects.toMatchObject({
    code: '42P06',
    message: expect.stringContaining('belongs to another tenancy'),
  });
});

it.each(Object.entries(others).slice(0, 2))(
  'refuses it where the schema is from before the mark, %s',
  async (_, other) => {
    await afterwardsUndone(async () => {
      await client.query('comment on schema tenantry is null');
      await expect(install(other)).rejects.toMatchObject({ code: '42P06' });
    });
  },
);

it('takes the same tenancy under a new name once the schema is marked for it', async () => {
  const renamed = defineTenancy({ tenant: 'workspace', id: 'uuid' });
  const refusal = await install(renamed).catch((error) => error);
  const [, command = ''] = /first run: (.*;)/.exec(refusal.hint) ?? [];
  await afterwardsUndone(async () => {
    await client.query(command);
    await install(renamed);
    await install(renamed);
  });
});
