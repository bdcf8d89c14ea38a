import { createTenantPool } from '@tenantry/core';
import { bulkInsert } from '@tenantry/rls';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { application } from '../distribution/schemas.ts';

const { tenancy, schema, ...app } = application('citus');
const { organizations, plans, projects } = schema;
const [acme, globex] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
];

describe.skipIf(citusUrl() === undefined)('bulkInsert on Citus', () => {
  let database!: CitusDatabase;
  beforeAll(async () => {
    database = await createCitusDatabase({
      migrate: (url) => applySchema(url, { tenancy, schema, ...app }),
    });
  });
  afterAll(() => database?.drop());

  test.each(['coordinator', 'first worker', 'second worker'])('through the %s', async (node) => {
    const { url, workers } = database;
    const at = { coordinator: url, 'first worker': workers[0], 'second worker': workers[1] }[node];
    const logins = await createLogins(url, tenancy);
    const login = (of: string) =>
      Object.assign(new URL(at ?? ''), { username: new URL(of).username, password: 'test' }).href;
    const pool = createTenantPool(tenancy, {
      connectionString: login(logins.app),
      system: { connectionString: login(logins.system) },
      max: 1,
    });
    const db = drizzle(pool as never);
    const as = <R>(tenant: string, fn: () => Promise<R>) => tenancy.run(tenant, fn);
    const names = (of: string, n: number) =>
      Array.from({ length: n }, (_, i) => ({ name: `${node} ${of} ${i}` }));
    try {
      await tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, async () => {
        await pool.query('delete from organizations');
        await pool.query('delete from plans');
        const rows = [acme, globex].map((id) => ({ id, name: 'A' }));
        expect((await db.execute(bulkInsert(organizations, rows))).rowCount).toBe(2);
        expect((await db.execute(bulkInsert(plans, [{ key: 'a' }]))).rowCount).toBe(1);
      });
      await as(acme, async () => {
        const many = await db.execute(bulkInsert(projects, names('many', 3000)));
        expect(many.rowCount).toBe(3000);
        const more = bulkInsert(projects, names('more', 2));
        const { rows } = await db.execute(sql`${more} returning organization_id as of`);
        expect(rows).toEqual([{ of: acme }, { of: acme }]);
        // Citus counts the rows that it was given here, and inserts none
        await db.execute(sql`${more} on conflict do nothing`);
        const [foreign] = names('foreign', 1);
        await expect(
          db.execute(bulkInsert(projects, [{ ...foreign, name: 'x', organizationId: globex }])),
        ).rejects.toMatchObject({ cause: { code: '42501' } });
      });
      const count = sql`select count(*)::int as n from projects`;
      expect((await as(acme, () => db.execute(count))).rows).toEqual([{ n: 3002 }]);
      expect((await as(globex, () => db.execute(count))).rows).toEqual([{ n: 0 }]);
      await as(acme, () => db.execute(sql`delete from projects`));
    } finally {
      await pool.end();
    }
  });
});
