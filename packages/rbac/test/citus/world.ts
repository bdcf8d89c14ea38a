import { defineIsolation } from '@tenantry/rls';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { afterAll, describe, test } from 'vitest';
import { rbacSchema } from '../support/schema.ts';
import { worldOf } from '../support/world.ts';

const made = rbacSchema('citus');
const { tenancy, rbac, ...schema } = made;

/** What is unique across tenants is on every node. */
const slugs = pgTable(
  'slugs',
  { slug: text().primaryKey(), organizationId: uuid('organization_id').notNull() },
  (t) => [...defineIsolation(tenancy).shared(t)],
);

export { rbac, schema, tenancy };

export type World = Awaited<ReturnType<typeof worldOf>>;

/** A database with the schema of the tests on a cluster, for one file; undefined without a cluster. */
export async function citusWorld(): Promise<World | undefined> {
  if (citusUrl() === undefined) return undefined;
  const database = await createCitusDatabase({
    migrate: async (url) => {
      await applySchema(url, {
        tenancy,
        schema: { ...schema, slugs },
        directory: {
          tenant: made.organizations.id,
          member: made.memberships.userId,
          claims: { slug: slugs.slug },
        },
        features: [rbac],
      });
    },
  });
  afterAll(() => database.drop());
  return worldOf(database.url, { tenancy, rbac });
}

/** Tests on a cluster, skipped without one. */
export function onCitus(
  what: string,
  world: World | undefined,
  tests: (world: World) => void,
): void {
  // a suite that is skipped is collected too, and would ask a world that is not there
  if (world === undefined) test.skipIf(true)(`on Citus, ${what}`, () => {});
  else describe(`on Citus, ${what}`, () => tests(world));
}
