import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { type Fleet, fleet, ledgerOf, migrating, migrationsFolder } from './support.ts';

const rounds = process.env.TENANTRY_LONG === '1' ? 15 : 5;

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const file = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A process that waits to be told to migrate. */
function worker({ shared, urls }: Fleet, folder: string): ChildProcess {
  return fork(file, [shared, folder, JSON.stringify(Object.fromEntries(urls))], {
    execArgv: ['--conditions=@tenantry/source', '--import', tsx],
  });
}

it('a run that is killed leaves each database before or behind its migrations, and the next goes on', async () => {
  const world = await fleet('eu1', 'eu2', 'eu3');
  const { folder, add } = migrationsFolder();
  add('create table seats (id int)', 'create table log (step int)');
  expect((await migrating(world, folder)).code).toBe(0);
  const workers = Array.from({ length: rounds + 1 }, () => undefined as ChildProcess | undefined);
  // some are started ahead, because starting one takes longer than a run
  const start = (at: number) => {
    if (at > rounds) return;
    workers[at] ??= worker(world, folder);
  };
  const exited: Promise<unknown>[] = [];
  for (let step = 1; step <= rounds; step++) {
    start(step);
    start(step + 1);
    add(
      `alter table seats add column c${step} int`,
      `insert into log values (${step})`,
      'select pg_sleep(0.005)',
    );
    const child = workers[step] as ChildProcess;
    exited.push(once(child, 'exit'));
    await once(child, 'message');
    const ended = once(child, 'message');
    child.send('go');
    await Promise.race([ended, setTimeout(Math.random() * 250)]);
    child.kill('SIGKILL');
    for (const url of world.all) {
      const [found] = await ask(
        url,
        `select (select count(*)::int from log) as steps,
          (select count(*)::int from pg_attribute where attrelid = 'seats'::regclass and attnum > 1) as columns,
          (select count(*)::int from drizzle.__drizzle_migrations) as ran`,
      );
      const { steps, columns, ran } = found as Record<string, number>;
      expect([columns, ran]).toEqual([steps, (steps as number) + 1]);
    }
  }
  await Promise.all(exited);
  const last = await migrating(world, folder, ['--verify']);
  expect(last.code).toBe(0);
  for (const url of world.all) {
    expect(await ledgerOf(url)).toHaveLength(rounds + 1);
    expect(await ask(url, 'select array_agg(step order by step) as steps from log')).toEqual([
      { steps: Array.from({ length: rounds }, (_, i) => i + 1) },
    ]);
  }
  // a memory that knew too much would have hidden a place before
  const memory = await ask(
    world.shared,
    'select count(distinct folder)::int as n from tenantry.place_migrations',
  );
  expect(memory).toEqual([{ n: 1 }]);
});
