import { describe, expect, onTestFinished, test } from 'vitest';
import type { ObservedFinding } from '../../src/index.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
await database.ask('alter table projects disable row level security');
const all = 'select * from projects';
const entry = { claim: { by: 'slug', value: 'acme' }, user: ada } as const;

function observing() {
  const findings: ObservedFinding[] = [];
  const pool = database.pool({
    max: 2,
    connectionString: database.url,
    logger: { warn() {} },
    witness: { mode: 'observe', onObserved: (each) => findings.push(each) },
  });
  onTestFinished(async () => {
    await until(() => pool.idleCount === pool.totalCount, 'every client came back');
  });
  const of = async (sql: string) =>
    (await pool.observed()).statements.find(({ text }) => text === sql);
  return { pool, findings, of };
}

describe('a scope that was entered', () => {
  test.each(['now', 'with-first-statement'] as const)('verified %s is counted', async (verify) => {
    const { pool, of } = observing();
    for (let n = 0; n < 2; n++) {
      const { rows } = await pool.enter({ ...entry, verify }, () => pool.query(all));
      expect(rows).toHaveLength(3);
    }
    expect(await of(all)).toMatchObject({ runs: 2, rows: 6, foreign: 2, outside: 0 });
    expect((await pool.observed()).total).toMatchObject({ runs: 2, outside: 0 });
  });
});

describe('a statement that fails', () => {
  const fails = 'select 1 / (length(current_user) * 0) as nothing';

  test.each(['in a scope', 'outside every scope'])('%s is counted as such', async (where) => {
    const { pool, findings, of } = observing();
    await pool.query('select 1');
    const run = () => failure(pool.query(fails));
    for (let n = 0; n < 3; n++) {
      const error = await (where === 'in a scope' ? tenancy.run(globex, run) : run());
      expect(error).toMatchObject({ code: '22012' });
    }
    const inside = where === 'in a scope' ? 3 : 0;
    expect(await of(fails)).toMatchObject({
      runs: inside,
      outside: 3 - inside,
      failed: 3,
      rows: 0,
    });
    // it would be refused there, whatever it does now
    expect(findings.filter(({ text }) => text === fails).map(({ kind }) => kind)).toEqual(
      inside > 0 ? [] : ['outside'],
    );
    if (inside === 0) expect((await of(fails))?.callers[0]).toContain('observe-entered.test.ts:');
  });

  test('in a transaction, a batch and a client: only those that were asked are counted', async () => {
    const { pool, of } = observing();
    await failure(
      pool.batch(() => [pool.query('select 2'), pool.query(fails), pool.query('select 3')]),
    );
    await failure(
      tenancy.run(acme, () =>
        pool.transaction(async (tx) => {
          await tx.query('select 4');
          await tx.query(fails);
        }),
      ),
    );
    expect(await of(fails)).toMatchObject({ runs: 1, outside: 1, failed: 2 });
    expect(await of('select 4')).toMatchObject({ runs: 1, failed: 0 });
    // a batch is one transaction: what came before the failure had no effect, what came after was not run
    expect(await of('select 2')).toMatchObject({ outside: 1, failed: 1 });
    expect(await of('select 3')).toMatchObject({ outside: 1, failed: 1 });
  });
});
