import { defineTenancy } from '@tenantry/core';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { integer, pgTable, serial, varchar } from 'drizzle-orm/pg-core';
import { afterEach, describe, expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';

describe.skipIf(citusUrl() === undefined)('numbers of tenants with other ids', () => {
  let database!: CitusDatabase;
  afterEach(() => database?.drop());

  test.each([
    ['integer', serial, integer, 7],
    ['text', () => varchar({ length: 20 }), () => varchar({ length: 20 }), "o'x"],
  ] as const)('of kind %s', async (id, own, tenant, value) => {
    const tenancy = defineTenancy({
      tenant: 'organization',
      id,
      dialect: 'citus',
      schema: 'of_numbers',
    });
    const { isolate, numbered, tenants } = defineIsolation(tenancy);
    const organizations = pgTable('organizations', { id: own().primaryKey() }, (t) => [
      ...tenants(t),
    ]);
    const tickets = pgTable(
      'tickets',
      {
        organizationId: tenant().notNull(),
        id: integer().notNull(),
        number: integer().notNull().default(0),
      },
      (t) => [...isolate(t), ...numbered(t)],
    );
    const schema = { organizations, tickets };
    database = await createCitusDatabase({
      migrate: async (url) => {
        await applySchema(url, { tenancy, schema });
      },
    });
    await withClient(database.url, async (client) => {
      await client.query('insert into organizations values ($1)', [value]);
      const insert = async (of: number) =>
        (
          await client.query(
            'insert into tickets ("organizationId", id) values ($1, $2) returning number',
            [value, of],
          )
        ).rows[0].number;
      expect([await insert(1), await insert(2)]).toEqual([1, 2]);
      await client.query('delete from tickets where "organizationId" = $1', [value]);
      expect(await insert(3)).toBe(3);
      await client.query('delete from organizations where id = $1', [value]);
      const { rows } = await client.query('select count(*)::int as n from of_numbers.number_marks');
      expect(rows).toEqual([{ n: 0 }]);
    });
  });
});
