import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import * as compareAList from './recipes/compare-a-list.ts';
import * as consume from './recipes/consume.ts';
import * as insert from './recipes/insert.ts';
import * as joinThePlan from './recipes/join-the-plan.ts';
import * as readThenWrite from './recipes/read-then-write.ts';
import { limitsDatabase } from './support/database.ts';
import { attempt } from './support/races.ts';

// What docs/guides/limits-recipes.md shows, run: the checks of articles on tables without our triggers.
const database = await limitsDatabase();
const unguarded = await limitsDatabase('plan-limits-unguarded');
await unguarded.ask(
  'alter table clients disable trigger user; alter table projects disable trigger user',
);
const trusted = new pg.Pool({ connectionString: unguarded.url, max: 30 });
afterAll(() => trusted.end());

const rows = async (of: typeof database, table: string, organization: string) =>
  Number(
    (
      await of.ask(`select count(*) as n from ${table} where organization_id = $1`, [organization])
    )[0]?.n,
  );

/** 120 attempts by 30 callers, each with its next one as soon as it has an answer. */
async function callers(run: (i: number) => Promise<unknown>) {
  let next = 0;
  await attempt(30, async () => {
    while (next < 120) await run(next++).catch(() => {});
  });
}

/** Whether a race is lost in one of twenty rounds: no machine promises that it is in the first. */
async function everSo(round: () => Promise<boolean>): Promise<boolean> {
  for (let i = 0; i < 20; i++) if (await round()) return true;
  return false;
}

describe('the limit of clients', () => {
  test('compared with a list of rows never fires', async () => {
    const acme = await unguarded.organization();
    for (let i = 0; i < 12; i++) await compareAList.addClient(trusted, acme, 10);
    expect(await rows(unguarded, 'clients', acme)).toBe(12);
  });

  test('holds in the insert', async () => {
    const acme = await database.organization();
    await database.in(acme, () => callers(() => insert.addClient(database.pool)));
    expect(await rows(database, 'clients', acme)).toBe(10);
  });
});

describe('the limit of projects', () => {
  test('asked for before the insert goes over when several ask at once', async () => {
    const acme = await unguarded.organization();
    for (let i = 0; i < 12; i++) await joinThePlan.addProject(trusted, acme).catch(() => {});
    expect(await rows(unguarded, 'projects', acme)).toBe(10); // alone it holds
    await expect(
      everSo(async () => {
        const globex = await unguarded.organization();
        await callers(() => joinThePlan.addProject(trusted, globex));
        return (await rows(unguarded, 'projects', globex)) > 10;
      }),
    ).resolves.toBe(true);
  });

  test('that the plan has no row for is no limit in the join, and a refusal in the insert', async () => {
    const none = await unguarded.organization('a plan without rows');
    await joinThePlan.addProject(trusted, none);
    expect(await rows(unguarded, 'projects', none)).toBe(1);
    const same = await database.organization('a plan without rows');
    await database.in(same, () =>
      expect(insert.addProject(database.pool)).rejects.toMatchObject({
        code: 'FEATURE_NOT_IN_PLAN',
      }),
    );
  });

  test('holds in the insert', async () => {
    const acme = await database.organization();
    await database.in(acme, () => callers(() => insert.addProject(database.pool)));
    expect(await rows(database, 'projects', acme)).toBe(10);
  });
});

describe('the limit of calls', () => {
  test('read, compared and written loses calls', async () => {
    await expect(
      everSo(async () => {
        const acme = await unguarded.organization();
        let answered = 0;
        await callers(async () => {
          await readThenWrite.countCall(trusted, acme, 1000);
          answered++;
        });
        const [row] = await unguarded.ask(
          'select used from usage_counters where organization_id = $1',
          [acme],
        );
        return Number(row?.used) < answered;
      }),
    ).resolves.toBe(true);
  });

  test('consumed is exact', async () => {
    const acme = await database.organization();
    let answered = 0;
    await database.in(acme, () =>
      callers(async (i) => {
        await consume.countCall(database.pool, `request ${i}`);
        answered++;
      }),
    );
    expect(answered).toBe(100);
  });
});

test('the page shows the code that ran here', () => {
  const page = readFileSync(
    new URL('../../../docs/guides/limits-recipes.md', import.meta.url),
    'utf8',
  );
  for (const file of readdirSync(new URL('./recipes', import.meta.url))) {
    const code = readFileSync(new URL(`./recipes/${file}`, import.meta.url), 'utf8');
    const shown = code.replace(/^import[^;]*;\n/gm, '').trim();
    expect(page, file).toContain(shown);
  }
});
