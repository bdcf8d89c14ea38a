import { createTenantPool } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { poolSize, readSample, type Variant, violates, writeSample } from '../operations.ts';
import { logins, tenancy } from '../schema.ts';
import { type Db, drizzleQueries, projects } from './drizzle-queries.ts';

/** Drizzle with `eq(organizationId, …)` in every query, over a pg pool that no policy binds. */
export const drizzleByHand: Variant = {
  name: 'drizzle',
  async open(url, max) {
    const pool = new pg.Pool({ connectionString: url(logins.trusted), ...poolSize(max) });
    pool.on('error', () => {});
    let removed = 0;
    pool.on('remove', () => removed++);
    const db = drizzle(pool);
    const queries = (tenant: string, on: Db = db) => drizzleQueries(on, projects, tenant);
    return {
      operations: {
        async point(i) {
          const { tenant, id } = readSample(i);
          await queries(tenant).point(id);
        },
        list: async (i) => queries(readSample(i).tenant).list(),
        count: async (i) => queries(readSample(i).tenant).count(),
        insert: async (i) => queries(writeSample(i).tenant).insert(i),
        async update(i) {
          const { tenant, id } = writeSample(i);
          await queries(tenant).update(id, i);
        },
        transaction(i) {
          const { tenant, id } = writeSample(i);
          return db.transaction(async (tx) => {
            await queries(tenant, tx).point(id);
            await queries(tenant, tx).update(id, i);
            await queries(tenant, tx).insert(i);
          });
        },
        async batch(i) {
          const { tenant, id } = readSample(i);
          await queries(tenant).point(id);
          await queries(tenant).list();
          await queries(tenant).count();
        },
        error(i) {
          const { tenant, id } = writeSample(i);
          return violates(queries(tenant).duplicate(id).execute());
        },
      },
      destroyed: () => removed,
      end: () => pool.end(),
    };
  },
};

/** The same application code without the filter, over the tenant pool. */
export const drizzleOverTenantry: Variant = {
  name: 'tenantry-drizzle',
  async open(url, max) {
    const pool = createTenantPool(tenancy, {
      connectionString: url(logins.web),
      ...poolSize(max),
    });
    let removed = 0;
    pool.on('remove', () => removed++);
    const db = drizzle(pool);
    // built in every operation, as the application with a filter does
    const queries = (on: Db = db) => drizzleQueries(on, projects, undefined);
    return {
      operations: {
        point(i) {
          const { tenant, id } = readSample(i);
          return tenancy.run(tenant, () => queries().point(id).execute());
        },
        list: (i) => tenancy.run(readSample(i).tenant, () => queries().list().execute()),
        count: (i) => tenancy.run(readSample(i).tenant, () => queries().count().execute()),
        insert: (i) => tenancy.run(writeSample(i).tenant, () => queries().insert(i).execute()),
        update(i) {
          const { tenant, id } = writeSample(i);
          return tenancy.run(tenant, () => queries().update(id, i).execute());
        },
        transaction(i) {
          const { tenant, id } = writeSample(i);
          return tenancy.run(tenant, () =>
            db.transaction(async (tx) => {
              await queries(tx).point(id);
              await queries(tx).update(id, i);
              await queries(tx).insert(i);
            }),
          );
        },
        batch(i) {
          const { tenant, id } = readSample(i);
          return tenancy.run(tenant, () =>
            pool.batch(() => [queries().point(id), queries().list(), queries().count()]),
          );
        },
        error(i) {
          const { tenant, id } = writeSample(i);
          return violates(tenancy.run(tenant, () => queries().duplicate(id).execute()));
        },
      },
      destroyed: () => removed,
      end: () => pool.end(),
    };
  },
};
