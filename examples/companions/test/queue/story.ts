import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../src/queue/database.ts';
import { acme, ada, bob, changedMind, globex, ignoreChange, type queueWorld } from './world.ts';

type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0];
type Organization = typeof acme | typeof globex;

/** A queue in the database of the application. */
export interface Queue {
  /** Enqueues a job that sends an invoice. @param n a number, for what may differ between jobs */
  enqueue(tx: Transaction, id: string, n: number): Promise<string | null>;
  /** Waits until a job has been done. */
  done(job: string | null): Promise<void>;
  /** Waits until nothing of a job that was rolled back is there. */
  absent(job: string | null): Promise<void>;
  pause(): Promise<unknown>;
  resume(): Promise<unknown>;
}

/** What holds of jobs that are enqueued in a tenant's transaction, whichever queue it is. */
export function queueStory(world: Awaited<ReturnType<typeof queueWorld>>, queue: Queue): void {
  const send = async (organization: Organization, commits = true, n = 0) => {
    const id = randomUUID();
    let job: string | null = null;
    await world
      .asMember(organization, () =>
        world.db.transaction(async (tx) => {
          await world.insert(tx, id);
          job = await queue.enqueue(tx, id, n);
          if (!commits) throw changedMind;
        }),
      )
      .catch(ignoreChange);
    return { id, job: job as string | null, organization, commits };
  };

  test('a job runs in the tenant and as the member that enqueued it', async () => {
    const made = await Promise.all([send(acme), send(globex)]);
    for (const { id, job, organization } of made) {
      await queue.done(job);
      const sentBy = `${organization === acme ? ada : bob} of ${organization}`;
      expect(await world.invoice(id)).toMatchObject({ sent: 1, sentBy });
    }
  });

  test('in any order of commits and rollbacks, what was committed runs once, and in its tenant', async () => {
    const step = fc.record({
      organization: fc.constantFrom(acme, globex),
      commits: fc.boolean(),
      n: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const made = await Promise.all(
          steps.map(({ organization, commits, n }) => send(organization, commits, n)),
        );
        for (const { id, job, organization, commits } of made) {
          await (commits ? queue.done(job) : queue.absent(job));
          const found = await world.invoice(id);
          if (commits) expect(found).toMatchObject({ organizationId: organization, sent: 1 });
          else expect(found).toBeUndefined();
        }
      }),
      { numRuns: 5 },
    );
  });

  test('the job of a member who has left does nothing, and is not tried again', async () => {
    await queue.pause();
    const { id, job } = await send(acme);
    await world.asAdmin(`delete from memberships where user_id = '${ada}'`);
    await queue.resume();
    await queue.done(job);
    expect(await world.invoice(id)).toMatchObject({ sent: 0 });
    await world.asAdmin(`insert into memberships values ('${acme}', '${ada}')`);
  });
}
