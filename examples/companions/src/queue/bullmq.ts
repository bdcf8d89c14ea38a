import type { TenantPool } from '@tenantry/core';
import type { Processor, Queue } from 'bullmq';
import { asc, inArray } from 'drizzle-orm';
import type { Database, Transaction } from './database.ts';
import { type Job, jobOf, runJob } from './jobs.ts';
import { outbox } from './schema.ts';
import { tenancy } from './tenancy.ts';

/** Writes a job into the outbox, in the tenant's own transaction: Redis takes no part in it. */
export async function enqueue<D extends object>(
  tx: Pick<Transaction, 'insert'>,
  queue: string,
  data: D,
): Promise<void> {
  await tx.insert(outbox).values({ queue, job: jobOf(data) });
}

/**
 * Hands the jobs of the outbox over to BullMQ, the oldest first; call it every second or so. A job whose
 * hand-over is not committed is handed over again, under the same id, which BullMQ then knows.
 *
 * @returns how many
 */
export function relay(
  { db }: Pick<Database, 'db'>,
  queueOf: (name: string) => Pick<Queue, 'addBulk'>,
  limit = 100,
): Promise<number> {
  const entry = { reason: 'hand jobs over to BullMQ', actor: 'outbox', write: true };
  return tenancy.asSystem(entry, () =>
    db.transaction(async (tx) => {
      const waiting = await tx
        .select()
        .from(outbox)
        .orderBy(asc(outbox.createdAt), asc(outbox.id))
        .limit(limit)
        .for('update', { skipLocked: true });
      const names = new Set(waiting.map(({ queue }) => queue));
      for (const name of names) {
        const jobs = waiting.filter(({ queue }) => queue === name);
        await queueOf(name).addBulk(
          jobs.map(({ id, job }) => ({ name, data: job, opts: { jobId: id } })),
        );
      }
      const ids = waiting.map(({ id }) => id);
      if (ids.length > 0) await tx.delete(outbox).where(inArray(outbox.id, ids));
      return ids.length;
    }),
  );
}

/** A processor of BullMQ that runs each job in its scope. */
export const processor =
  <D extends object>(pool: TenantPool, handler: (data: D) => Promise<void>): Processor<Job<D>> =>
  ({ data }) =>
    runJob(pool, data, handler);
