import { createTenantPool } from '@tenantry/core';
import { createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll, describe, expect, test } from 'vitest';
import type { UpkeepReport, UpkeepTask } from '../src/feature/index.ts';
import { runUpkeep, startUpkeep } from '../src/upkeep/index.ts';
import { application } from './fixtures/application.ts';
import { tenancy } from './fixtures/schema.ts';
import { applySchema } from './support/apply.ts';

const { url } = await testDatabase();
await applySchema(url, application);
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
afterAll(() => pool.end());

const nothing: UpkeepReport = { done: true, did: {}, left: 0 };
const task = (name: string, run: UpkeepTask['run'], everyMs = 1000): UpkeepTask => ({
  name,
  everyMs,
  run,
});

describe('upkeep that is run once', () => {
  test('runs every task as the system role, and tells how each ended', async () => {
    const told: string[] = [];
    const role = task('who', async () => {
      const { rows } = await pool.query<{ role: string }>('select current_user::text as role');
      return { done: true, did: { [rows[0]?.role ?? '']: 1 }, left: 0 };
    });
    const turns = await runUpkeep(pool, {
      features: [{ name: 'roles', sql: () => ({ sections: [] }), upkeepTasks: [role] }],
      tasks: [task('own', async () => ({ done: false, did: {}, left: 3, waitsFor: 'a lock' }))],
      onTask: (of, name) => told.push(`${of} ${name}`),
    });
    expect(turns).toEqual([
      { of: 'roles', task: 'who', report: { done: true, did: { system: 1 }, left: 0 } },
      { of: 'application', task: 'own', report: expect.objectContaining({ left: 3 }) },
    ]);
    expect(told).toEqual(['roles who', 'application own']);
  });

  test('keeps no task from its turn because another one has failed', async () => {
    const turns = await runUpkeep(pool, {
      tasks: [
        task('broken', async () => Promise.reject(new Error('out of order'))),
        task('fine', async () => nothing),
      ],
    });
    expect(turns).toMatchObject([
      { task: 'broken', error: { message: 'out of order' } },
      { task: 'fine', report: { done: true } },
    ]);
  });
});

describe('upkeep that goes on', () => {
  test('takes each turn when it is due, after a failure too, until it is stopped', async () => {
    const errors: unknown[] = [];
    let turns = 0;
    let enough = () => {};
    const third = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const upkeep = startUpkeep(pool, {
      tasks: [
        task(
          'counting',
          async () => {
            turns += 1;
            if (turns === 2) throw new Error('once');
            if (turns === 3) enough();
            return nothing;
          },
          100,
        ),
      ],
      onError: (error) => errors.push(error),
    });
    await third;
    await upkeep.stop();
    const stoppedAt = turns;
    expect(errors).toEqual([expect.objectContaining({ message: 'once' })]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(turns).toBe(stoppedAt);
  });

  test('waits at its end for the turn that is under way', async () => {
    let begun = () => {};
    let letGo = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const mayEnd = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isOver = false;
    const upkeep = startUpkeep(pool, {
      tasks: [
        task('slow', async () => {
          begun();
          await mayEnd;
          isOver = true;
          return nothing;
        }),
      ],
    });
    await hasBegun;
    const stopped = upkeep.stop().then(() => isOver);
    letGo();
    expect(await stopped).toBe(true);
  });
});

test.each([0, 99, 2 ** 31, Number.NaN])('everyMs of %d is refused', async (everyMs) => {
  const tasks = [task('odd', async () => nothing, everyMs)];
  await expect(runUpkeep(pool, { tasks })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(() => startUpkeep(pool, { tasks })).toThrow('everyMs');
});
