import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { defineLimits, flag } from '../src/index.ts';
import { tenancy, tenants } from './fixtures/tenancy.ts';
import { databaseOf } from './support/dialect.ts';

// The columns of the plan are no tenant's to write, whoever writes the policies of their table.
const limits = defineLimits(tenancy, {
  features: { sso: flag() },
  plans: { free: {}, pro: { sso: true } },
  defaultPlan: 'free',
});
const { tables } = limits;
const planFeatures = pgTable('plan_features', tables.planFeatures.columns(), (t) => [
  ...tables.planFeatures.rules(t),
]);

test.each(['before', 'after'])('rules %s the policies make the plan read-only', async (order) => {
  const organizations = pgTable(
    'organizations',
    {
      id: tenancy.columns.id().primaryKey(),
      name: text(),
      note: text(),
      ...tables.tenants.columns(),
    },
    (t) => {
      const policies = () => tenants(t, { readOnly: [t.note], write: sql`true` });
      return order === 'before'
        ? [...tables.tenants.rules(t), ...policies()]
        : [...policies(), ...tables.tenants.rules(t)];
    },
  );
  const database = await databaseOf(`plan-limits-plan-columns-${order}`, async (url) => {
    await applySchema(url, {
      tenancy,
      schema: { organizations, planFeatures },
      features: [limits],
    });
  });
  const logins = await createLogins(database.url, tenancy);
  const acme = randomUUID();
  await withClient(database.url, (client) =>
    client.query('insert into organizations (id) values ($1)', [acme]),
  );
  const pool = createTenantPool(tenancy, { connectionString: logins.app });
  await tenancy.run(acme, async () => {
    await pool.query("update organizations set name = 'Acme'");
    for (const [column, value] of Object.entries({
      note: "'x'",
      plan: "'pro'",
      trial_plan: "'pro'",
      trial_ends_at: "now() + interval '1 day'",
      plan_read_only: 'true',
      plan_version: '7',
    })) {
      await expect(
        pool.query(`update organizations set ${column} = ${value}`),
        column,
      ).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      pool.query(`insert into organizations (plan) values ('pro')`),
    ).rejects.toMatchObject({ code: '42501' });
    expect((await pool.query('select name, plan from organizations')).rows).toEqual([
      { name: 'Acme', plan: null },
    ]);
  });
  await pool.end();
});
