import { createTenantPool } from '@tenantry/core';
import { bulkInsert, defineIsolation } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { idKind } from './ids.ts';
import { poolSize } from './operations.ts';
import type { PolicyPairs } from './policy-pairs.ts';
import { logins, tenancy } from './schema.ts';

const { isolate } = defineIsolation(tenancy);

const loads = pgTable(
  'loads',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    stars: integer().notNull().default(0),
    doneAt: timestamp('done_at', { withTimezone: true }),
  },
  (t) => [...isolate(t)],
);

/** Many rows as one array a column, through the pools: in raw SQL, and with the helper. */
export function bulkLoads(database: BenchDatabase, tenant: string, count: number): PolicyPairs {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web),
    ...poolSize(1),
  });
  const trusted = new pg.Pool({ connectionString: database.url(logins.trusted), ...poolSize(1) });
  const rows = Array.from({ length: count }, (_, i) => ({ name: `Load ${i}`, stars: i }));
  const names = () => rows.map((row) => row.name);
  const stars = () => rows.map((row) => row.stars);

  const insert = 'insert into loads (organization_id, name, stars)';
  const byHand = `${insert} select $1::${idKind}, u.* from unnest($2::text[], $3::int[]) u`;
  const scoped = `${insert} select (select tenantry.current_tenant()), u.* from unnest($1::text[], $2::int[]) u`;
  const byHandDb = drizzle(trusted);
  const db = drizzle(pool);
  return {
    pairs: {
      bulk: {
        base: () =>
          trusted.query({ name: 'bulk', text: byHand, values: [tenant, names(), stars()] }),
        variant: () => tenancy.run(tenant, () => pool.query(scoped, [names(), stars()])),
      },
      'bulk-helper': {
        base: () =>
          byHandDb.execute(
            sql`insert into loads (organization_id, name, stars) select ${tenant}::${sql.raw(idKind)}, u.* from unnest(${sql.param(names())}::text[], ${sql.param(stars())}::int[]) u`,
          ),
        variant: () => tenancy.run(tenant, () => db.execute(bulkInsert(loads, rows))),
      },
    },
    end: () => Promise.all([pool.end(), trusted.end()]),
  };
}
