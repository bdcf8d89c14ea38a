import { betterTenant } from '@usebetterdev/tenant';
import { drizzleDatabase } from '@usebetterdev/tenant/drizzle';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { poolSize, readSample, type Variant, violates, writeSample } from '../operations.ts';
import { logins } from '../schema.ts';
import { type Db, drizzleQueries, peerProjects } from './drizzle-queries.ts';

/**
 * @usebetterdev/tenant as its README sets it up, with Drizzle over pg. It loads the tenant on a
 * second connection while the first is held, so with as many connections as operations at once it
 * waits for itself for ever: its pool has twice as many.
 */
export const betterTenantVariant: Variant = {
  name: 'better-tenant',
  async open(url, max) {
    const pool = new pg.Pool({ connectionString: url(logins.peer), ...poolSize(2 * max) });
    pool.on('error', () => {});
    let removed = 0;
    pool.on('remove', () => removed++);
    const tenant = betterTenant({
      database: drizzleDatabase(drizzle(pool)),
      tenantResolver: { header: 'x-tenant-id' },
      telemetry: { enabled: false },
    });
    const runAs = <R>(id: string, work: (queries: ReturnType<typeof drizzleQueries>) => R) =>
      tenant.runAs(id, async (db) => work(drizzleQueries(db as Db, peerProjects, undefined)));
    return {
      operations: {
        point(i) {
          const { tenant: id, id: row } = readSample(i);
          return runAs(id, (queries) => queries.point(row));
        },
        list: (i) => runAs(readSample(i).tenant, (queries) => queries.list()),
        count: (i) => runAs(readSample(i).tenant, (queries) => queries.count()),
        insert: (i) => runAs(writeSample(i).tenant, (queries) => queries.insert(i)),
        update(i) {
          const { tenant: id, id: row } = writeSample(i);
          return runAs(id, (queries) => queries.update(row, i));
        },
        transaction(i) {
          const { tenant: id, id: row } = writeSample(i);
          return runAs(id, async (queries) => {
            await queries.point(row);
            await queries.update(row, i);
            await queries.insert(i);
          });
        },
        batch(i) {
          const { tenant: id, id: row } = readSample(i);
          return runAs(id, async (queries) => {
            await queries.point(row);
            await queries.list();
            await queries.count();
          });
        },
        error(i) {
          const { tenant: id, id: row } = writeSample(i);
          return violates(runAs(id, (queries) => queries.duplicate(row)));
        },
      },
      destroyed: () => removed,
      end: () => pool.end(),
    };
  },
};
