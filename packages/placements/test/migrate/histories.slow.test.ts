import { setTimeout } from 'node:timers/promises';
import { withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { migrateFleet } from '../../src/migrate/fleet.ts';
import { readFolder } from '../../src/migrate/folder.ts';
import { ask, tenancy } from '../support/world.ts';
import { type Fleet, fleet, ledgerOf, migrationsFolder } from './support.ts';

const names = ['eu1', 'eu2'];

interface Run {
  readonly parallel: number;
  readonly canary: string | undefined;
  readonly verify: boolean;
  readonly down: string | undefined;
}

const run = fc.record({
  do: fc.constant('run' as const),
  parallel: fc.integer({ min: 1, max: 3 }),
  canary: fc.option(fc.constantFrom(...names), { nil: undefined }),
  verify: fc.boolean(),
  down: fc.option(fc.constantFrom(...names), { nil: undefined }),
  /** After how many milliseconds all its connections end. */
  cut: fc.option(fc.nat(60), { nil: undefined }),
  twice: fc.boolean(),
});
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), fails: fc.nat(3).map((n) => n === 0) }),
  run,
  fc.record({ do: fc.constant('drizzle' as const), at: fc.nat(names.length) }),
);

/** Runs in no database. */
const fails = 'select 1 / 0';

const runFleet = ({ shared, urls }: Fleet, folder: string, { down, ...how }: Run) =>
  migrateFleet({
    ...how,
    tenancy,
    url: shared,
    connect: (name) => (name === down ? 'postgres://127.0.0.1:1/x' : urls.get(name)),
    folder: readFolder(folder),
    ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
    dryRun: false,
    acceptDrift: false,
    tries: 30,
    waitMs: 60_000,
    progress() {},
    note() {},
  });

async function cutAll({ shared, all }: Fleet, afterMs: number): Promise<void> {
  await setTimeout(afterMs);
  const databases = all.map((url) => new URL(url).pathname.slice(1));
  await ask(
    shared,
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1) and application_name = 'tenantry'",
    [databases],
  );
}

it('whatever happens in between, at the end every ledger is equal to the folder', async () => {
  const world = await fleet(...names);
  const history = fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
    const { folder, add, write, entries } = migrationsFolder();
    for (const url of world.all)
      await ask(url, 'drop schema if exists drizzle, public cascade; create schema public');
    await ask(world.shared, 'delete from tenantry.place_migrations');
    add('create table log (step int primary key)');
    for (const each of steps) {
      if (each.do === 'add') {
        const text = `insert into log values (${entries().length})`;
        add(text, each.fails ? fails : 'select pg_sleep(0.003)');
      } else if (each.do === 'drizzle') {
        await withClient(world.all[each.at] as string, (client) =>
          migrate(drizzle({ client }), { migrationsFolder: folder }).catch(() => {}),
        );
      } else {
        const runs = [runFleet(world, folder, each)];
        if (each.twice) runs.push(runFleet(world, folder, each));
        if (each.cut !== undefined) runs.push(cutAll(world, each.cut) as never);
        await Promise.allSettled(runs);
      }
    }
    // what fails has run nowhere, so it may be corrected
    write(
      entries().map((entry) => ({
        ...entry,
        statements: entry.statements.filter((text) => text !== fails),
      })),
    );
    const plain = { parallel: 2, canary: undefined, verify: true, down: undefined };
    const outcomes = await runFleet(world, folder, plain);
    expect(outcomes.map(({ error }) => error)).toEqual(outcomes.map(() => undefined));
    const { migrations } = readFolder(folder);
    for (const url of world.all) {
      expect(await ledgerOf(url)).toEqual(
        migrations.map(({ hash, when }) => ({ hash, at: String(when) })),
      );
      const log = await ask(url, 'select array_agg(step order by step) as steps from log');
      const steps = migrations.slice(1).map((_, i) => i + 1);
      expect(log).toEqual([{ steps: steps.length === 0 ? null : steps }]);
    }
  });
  await fc.assert(history, { numRuns: process.env.TENANTRY_LONG === '1' ? 25 : 5 });
});
