import { createTenantPool } from '@tenantry/core';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distribute } from '../../src/distribution/index.ts';
import { diagnose } from '../../src/doctor/index.ts';
import { generate } from '../../src/generate/index.ts';
import { people } from './people.ts';

const [acme, globex] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const app = people('citus');

describe.skipIf(citusUrl() === undefined)('people of a database that was distributed', () => {
  let database!: CitusDatabase;
  beforeAll(async () => {
    database = await createCitusDatabase({
      migrate: async (url) => {
        await applySchema(url, people('postgres'));
      },
    });
  });
  afterAll(() => database?.drop());

  test('are on every node, and seen by their tenants, also between the distribution and the migrations', async () => {
    const logins = await createLogins(database.url, app.tenancy);
    const seen = async (tenant: string | undefined) => {
      const pool = createTenantPool(app.tenancy, { connectionString: logins.app, max: 2 });
      const { rows } = await app.tenancy
        .run(tenant as string, () => pool.query('select email from users order by 1'))
        .finally(() => pool.end());
      return rows.map(({ email }) => email);
    };
    await withClient(database.url, async (client) => {
      await client.query(`
        insert into organizations values ('${acme}'), ('${globex}');
        insert into users (email) values ('ann'), ('bob'), ('cat');
        insert into memberships select '${acme}', id from users where email <> 'cat';
        insert into memberships select '${globex}', id from users where email <> 'ann';`);
      const { rows } = await distribute(client, app);
      expect(rows).toMatchObject({ users: 3, memberships: 4 });
      expect(await seen(acme)).toEqual(['ann', 'bob']);
      const { foundation, sections } = generate(app);
      for (const { statements } of [foundation, ...sections])
        for (const statement of statements) await client.query(statement);
      expect(await seen(acme)).toEqual(['ann', 'bob']);
      expect(await seen(globex)).toEqual(['bob', 'cat']);
      const { findings } = await diagnose(client, app);
      expect(findings.filter(({ rule }) => !/^(login-powers|large-objects)$/.test(rule))).toEqual(
        [],
      );
    });
  });
});
