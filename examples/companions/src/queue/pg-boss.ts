import type { TenantPool } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import { fromDrizzle, type PgBoss } from 'pg-boss';
import { type Job, jobOf, keyOf, runJob } from './jobs.ts';
import { tenancy } from './tenancy.ts';

/** Adds a job in the tenant's own transaction; null when a job with this key is waiting already. */
export function enqueue<D extends object>(
  boss: PgBoss,
  tx: Parameters<typeof fromDrizzle>[0],
  queue: string,
  data: D,
  key?: string,
): Promise<string | null> {
  return boss.send(queue, jobOf(data), {
    db: fromDrizzle(tx, sql),
    group: { id: tenancy.current().organizationId },
    ...(key !== undefined && { singletonKey: keyOf(key) }),
  });
}

/** Runs the jobs of a queue, each in its scope; of one tenant at most two at a time. */
export function work<D extends object>(
  boss: PgBoss,
  pool: TenantPool,
  queue: string,
  handler: (data: D) => Promise<void>,
): Promise<string> {
  const options = { localConcurrency: 4, groupConcurrency: 2, pollingIntervalSeconds: 0.5 };
  return boss.work<Job<D>, string>(queue, options, async ([job]) =>
    job === undefined ? 'none' : runJob(pool, job.data, handler),
  );
}
