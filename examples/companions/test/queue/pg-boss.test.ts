import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { PgBoss } from 'pg-boss';
import { afterAll, expect, test } from 'vitest';
import { exempt } from '../../src/queue/database.ts';
import { keyOf } from '../../src/queue/jobs.ts';
import { enqueue, work } from '../../src/queue/pg-boss.ts';
import * as schema from '../../src/queue/schema.ts';
import { tenancy } from '../../src/queue/tenancy.ts';
import { queueStory } from './story.ts';
import { acme, application, globex, queueWorld } from './world.ts';

const world = await queueWorld();
const { pool, db, asMember } = world;
const boss = new PgBoss({ connectionString: world.jobsUrl, createSchema: false });
boss.on('error', () => {});
await boss.start();
afterAll(() => boss.stop({ graceful: false }));
await boss.createQueue('send', { retryLimit: 0 });
await boss.createQueue('once', { policy: 'short' });
await boss.createQueue('idle');
await world.asJobs('pg-boss.sql');

const stateOf = async (job: string | null) => {
  const [found] = await boss.findJobs<object>('send', { id: job as string });
  return found?.state;
};
const sendLater = (organization: typeof acme | typeof globex, id: string = randomUUID()) =>
  asMember(organization, () =>
    db.transaction(async (tx) => {
      await world.insert(tx, id);
      return { id, job: await enqueue(boss, tx, 'send', { id }) };
    }),
  );
await work(boss, pool, 'send', world.send);

queueStory(world, {
  enqueue: (tx, id) => enqueue(boss, tx, 'send', { id }),
  done: (job) => expect.poll(() => stateOf(job)).toBe('completed'),
  absent: async (job) => expect(await stateOf(job)).toBeUndefined(),
  pause: () => boss.offWork('send'),
  resume: () => work(boss, pool, 'send', world.send),
});

test('a job that names a row of another tenant finds none', async () => {
  const { id, job } = await sendLater(globex);
  await expect.poll(() => stateOf(job)).toBe('completed');
  const foreign = await asMember(acme, () =>
    db.transaction((tx) => enqueue(boss, tx, 'send', { id })),
  );
  await expect.poll(() => stateOf(foreign)).toBe('failed');
  expect(await world.invoice(id)).toMatchObject({ sent: 1 });
});

test('a tenant adds jobs and reads none; a job without a signed scope does not run', async () => {
  const { id } = await sendLater(acme);
  for (const text of [
    'select data from pgboss.job_common',
    'select * from pgboss.job',
    `update pgboss.job_common set data = '{}'`,
    'delete from pgboss.job_common',
  ]) {
    await expect(asMember(globex, () => pool.query(text))).rejects.toMatchObject({ code: '42501' });
  }
  const [forged] = await asMember(globex, async () => {
    const data = JSON.stringify({ token: `${acme}.forged`, data: { id } });
    const text =
      'insert into pgboss.job_common (name, data, retry_limit) values ($1, $2, 0) returning id';
    return (await pool.query<{ id: string }>(text, ['send', data])).rows;
  });
  await expect.poll(() => stateOf(forged?.id as string)).toBe('failed');
  const [ended] = await boss.findJobs('send', { id: forged?.id as string });
  expect(ended?.output).toMatchObject({ code: 'CAPTURE_INVALID' });
});

test('the same key in two tenants is two jobs', async () => {
  const once = (organization: typeof acme | typeof globex) =>
    asMember(organization, () =>
      db.transaction((tx) => enqueue(boss, tx, 'once', {}, 'monthly report')),
    );
  expect(await once(acme)).not.toBeNull();
  expect(await once(globex)).not.toBeNull();
  expect(await once(acme)).toBeNull();
  expect(await asMember(acme, async () => keyOf('k'))).toBe(`${acme}:k`);
});

test('the schema of the queue is exempt by name, for the pool and for doctor', async () => {
  const strict = createTenantPool(tenancy, { connectionString: world.logins.app });
  const refused = tenancy.run(acme, () => strict.query('select 1'));
  await expect(refused).rejects.toMatchObject({ code: 'TABLE_NOT_ISOLATED' });
  await strict.end();
  const { findings } = await withClient(world.url, (client) =>
    diagnose(client, { ...application, exempt, role: 'app' }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the tables keep tenants apart', () => expectIsolated({ pool, tenancy, schema }));
