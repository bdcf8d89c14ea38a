import type { TenantPool } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import type { Task } from 'graphile-worker';
import type { Transaction } from './database.ts';
import { type Job, jobOf, runJob } from './jobs.ts';

/** What graphile-worker should know of a job, besides its data. */
export interface JobOptions {
  /** Jobs of one queue of a tenant run one after the other. Default: side by side. */
  readonly queue?: string;
  /** A waiting job of the tenant with this key is replaced. Default: none. */
  readonly key?: string;
  /** Default: at once. */
  readonly runAt?: Date;
}

/** Adds a job in the tenant's own transaction. */
export async function enqueue<D extends object>(
  tx: Pick<Transaction, 'execute'>,
  task: string,
  data: D,
  { queue, key, runAt }: JobOptions = {},
): Promise<void> {
  const payload = JSON.stringify(jobOf(data));
  const at = runAt?.toISOString() ?? null;
  await tx.execute(
    sql`select jobs.add_job(${task}, ${payload}, ${queue ?? null}, ${key ?? null}, ${at})`,
  );
}

/** A task of graphile-worker that runs each job in its scope. */
export const task =
  <D extends object>(pool: TenantPool, handler: (data: D) => Promise<void>): Task =>
  async (payload, { logger }) => {
    const outcome = await runJob(pool, payload as Job<D>, handler);
    if (outcome === 'gone') logger.info('its member or its tenant is gone');
  };
