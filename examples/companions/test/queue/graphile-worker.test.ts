import { randomUUID } from 'node:crypto';
import { diagnose } from '@tenantry/rls/doctor';
import { withClient } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import { Logger, type Runner, run, runMigrations } from 'graphile-worker';
import { afterAll, expect, test } from 'vitest';
import { exempt } from '../../src/queue/database.ts';
import { enqueue, type JobOptions, task } from '../../src/queue/graphile-worker.ts';
import { queueStory } from './story.ts';
import { acme, application, globex, queueWorld } from './world.ts';

const world = await queueWorld();
const { pool, db, asMember } = world;
const shared = { connectionString: world.jobsUrl, logger: new Logger(() => () => {}) };
await runMigrations(shared);
await world.asJobs('graphile-worker.sql');

let runner: Runner | undefined;
const start = async () => {
  runner = await run({
    ...shared,
    concurrency: 4,
    noHandleSignals: true,
    taskList: { send: task(pool, world.send) },
  });
};
await start();
afterAll(() => runner?.stop());

interface JobRow {
  readonly key: string | null;
  readonly attempts: number;
  readonly last_error: string | null;
}
const jobs = async (): Promise<JobRow[]> => {
  const { rows } = await withClient(world.jobsUrl, (client) =>
    client.query('select key, attempts, last_error from graphile_worker.jobs order by id'),
  );
  return rows;
};
const sendLater = async (
  organization: typeof acme | typeof globex,
  options: JobOptions = {},
  id: string = randomUUID(),
) => {
  await asMember(organization, () =>
    db.transaction(async (tx) => {
      await world.insert(tx, id);
      await enqueue(tx, 'send', { id }, options);
    }),
  );
  return id;
};
const hour = 3_600_000;
const later = () => new Date(Date.now() + hour);

const empty = () => expect.poll(jobs).toEqual([]);
queueStory(world, {
  async enqueue(tx, id, n) {
    await enqueue(tx, 'send', { id }, n === 0 ? { queue: 'mail' } : {});
    return null;
  },
  done: empty,
  absent: empty,
  pause: async () => runner?.stop(),
  resume: start,
});

test('a job that fails is kept, and names a row of its own tenant only', async () => {
  const id = await sendLater(globex);
  await expect.poll(() => world.invoice(id)).toMatchObject({ sent: 1 });
  await asMember(acme, () => db.transaction((tx) => enqueue(tx, 'send', { id })));
  await expect
    .poll(jobs)
    .toMatchObject([{ attempts: 1, last_error: expect.stringContaining(`no invoice ${id}`) }]);
  expect(await world.invoice(id)).toMatchObject({ sent: 1 });
  await world.asAdmin('delete from graphile_worker._private_jobs');
});

test('the same key in two tenants is two jobs; of one tenant it replaces the job', async () => {
  for (const organization of [acme, globex, acme] as const) {
    await sendLater(organization, { key: 'report', runAt: later() });
  }
  expect((await jobs()).map(({ key }) => key).sort()).toEqual([
    `${acme}:report`,
    `${globex}:report`,
  ]);
  await world.asAdmin('delete from graphile_worker._private_jobs');
});

test('a tenant adds jobs by the function only, and not without a tenant', async () => {
  for (const text of [
    'select * from graphile_worker.jobs',
    `select graphile_worker.add_job('send', '{}')`,
    'select * from graphile_worker._private_jobs',
  ]) {
    await expect(asMember(acme, () => pool.query(text))).rejects.toMatchObject({ code: '42501' });
  }
  await expect(
    withClient(world.jobsUrl, (client) => client.query(`select jobs.add_job('send', '{}')`)),
  ).rejects.toMatchObject({ code: '28000' });
});

test('a job without a signed scope does not run', async () => {
  const id = await sendLater(acme, { runAt: later() });
  const payload = JSON.stringify({ token: `${acme}.forged`, data: { id } });
  await asMember(globex, () => db.execute(sql`select jobs.add_job('send', ${payload})`));
  await expect
    .poll(async () => (await jobs()).map(({ last_error }) => last_error))
    .toEqual([null, expect.stringContaining('captured scope is malformed')]);
  expect(await world.invoice(id)).toMatchObject({ sent: 0 });
  await world.asAdmin('delete from graphile_worker._private_jobs');
});

test('doctor finds nothing, but for what graphile-worker keeps, which is exempt', async () => {
  const { findings } = await withClient(world.url, (client) =>
    diagnose(client, { ...application, exempt, role: 'app' }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
