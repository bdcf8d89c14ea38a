import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { enqueue, processor, relay } from '../../src/queue/bullmq.ts';
import { type Job, jobOf, runJob } from '../../src/queue/jobs.ts';
import { redisServer, startRedis } from './redis.ts';
import { acme, ada, bob, changedMind, globex, ignoreChange, queueWorld } from './world.ts';

const world = await queueWorld();
const { pool, db, asMember } = world;

type Organization = typeof acme | typeof globex;
const sendLater = async (organization: Organization, commits = true) => {
  const id = randomUUID();
  await asMember(organization, () =>
    db.transaction(async (tx) => {
      await world.insert(tx, id);
      await enqueue(tx, 'send', { id });
      if (!commits) throw changedMind;
    }),
  ).catch(ignoreChange);
  return id;
};
beforeEach(() => world.asAdmin('delete from outbox'));

describe('the outbox, with any queue', () => {
  const received = new Map<string, Job<{ id: string }>>();
  const memory = (): Pick<Queue, 'addBulk'> => ({
    async addBulk(jobs) {
      for (const { data, opts } of jobs) received.set(opts?.jobId as string, data);
      return [];
    },
  });
  beforeEach(() => received.clear());

  test('hands over what was committed, once, and each job runs in its scope', async () => {
    const [ofAcme, ofGlobex] = [await sendLater(acme), await sendLater(globex)];
    const undone = await sendLater(acme, false);
    expect(await relay(world, memory)).toBe(2);
    expect(await relay(world, memory)).toBe(0);
    for (const job of received.values()) expect(await runJob(pool, job, world.send)).toBe('done');
    expect(await world.invoice(ofAcme)).toMatchObject({ sent: 1, sentBy: `${ada} of ${acme}` });
    expect(await world.invoice(ofGlobex)).toMatchObject({
      sent: 1,
      sentBy: `${bob} of ${globex}`,
    });
    expect(await world.invoice(undone)).toBeUndefined();
  });

  test('keeps its jobs, and their ids, when the queue cannot be reached', async () => {
    await sendLater(acme);
    const down = () => ({ addBulk: () => Promise.reject(new Error('no Redis')) });
    await expect(relay(world, down)).rejects.toThrow('no Redis');
    expect(await relay(world, memory)).toBe(1);
  });

  test('is shared out between two relays', async () => {
    for (let i = 0; i < 6; i++) await sendLater(i % 2 === 0 ? acme : globex);
    const counts = await Promise.all([relay(world, memory, 3), relay(world, memory, 3)]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(received.size);
    while ((await relay(world, memory)) > 0);
    expect(received.size).toBe(6);
  });

  test('shows a tenant its own jobs', async () => {
    await sendLater(acme);
    await sendLater(globex);
    const seen = await asMember(acme, () => pool.query('select organization_id from outbox'));
    expect(seen.rows).toEqual([{ organization_id: acme }]);
  });
});

test('one worker runs the jobs of all tenants, each in its own scope, side by side', async () => {
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const jobs: Job<{ id: string }>[] = [];
  for (const [i, id] of ids.entries()) {
    await asMember(i % 2 === 0 ? acme : globex, async () => {
      await world.insert(db, id);
      jobs.push(jobOf({ id }));
    });
  }
  await Promise.all(jobs.map((job) => runJob(pool, job, world.send)));
  for (const [i, id] of ids.entries()) {
    expect(await world.invoice(id)).toMatchObject({
      sentBy: i % 2 === 0 ? `${ada} of ${acme}` : `${bob} of ${globex}`,
    });
  }
});

// needs `apt-get install redis-server`
describe.skipIf(redisServer === undefined)('BullMQ on Redis', async () => {
  if (redisServer === undefined) return;
  const redis = await startRedis(redisServer);
  const { connection } = redis;
  const queue = new Queue('send', { connection });
  const worker = new Worker('send', processor(pool, world.send), { connection, concurrency: 4 });
  afterAll(async () => {
    await worker.close();
    await queue.close();
    await redis.stop();
  });

  test('a job runs in the tenant and as the member that enqueued it; twice handed over, once', async () => {
    const [ofAcme, ofGlobex] = [await sendLater(acme), await sendLater(globex)];
    const undone = await sendLater(globex, false);
    const failing = () => ({
      async addBulk(...given: Parameters<Queue['addBulk']>) {
        await queue.addBulk(...given);
        throw new Error('the connection was lost after the hand-over');
      },
    });
    await expect(relay(world, failing)).rejects.toThrow('lost');
    expect(await relay(world, () => queue)).toBe(2);
    await expect
      .poll(() => world.invoice(ofAcme))
      .toMatchObject({ sent: 1, sentBy: `${ada} of ${acme}` });
    await expect
      .poll(() => world.invoice(ofGlobex))
      .toMatchObject({ sent: 1, sentBy: `${bob} of ${globex}` });
    await expect.poll(() => queue.getCompletedCount()).toBe(2);
    expect(await world.invoice(undone)).toBeUndefined();
  });
});
