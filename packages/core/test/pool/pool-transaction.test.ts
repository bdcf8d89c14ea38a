import { describe, expect, test } from 'vitest';
import { starsOf } from '../support/activity.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 1 });
const star = `update projects set stars = stars + 1 where name = 'Rocket'`;
const inAcme = <R>(fn: () => Promise<R>) => tenancy.run(acme, fn);
const stars = () => starsOf(database, 'Rocket');

describe('pool.transaction', () => {
  test('commits what its function did, and gives its answer', async () => {
    const before = await stars();
    const answer = await inAcme(() =>
      pool.transaction(async (tx) => {
        await tx.query(star);
        await tx.query(star);
        return 'done';
      }),
    );
    expect(answer).toBe('done');
    expect(await stars()).toBe(before + 2);
  });

  test('takes everything back when its function throws, and passes the error on', async () => {
    const before = await stars();
    const broken = new Error('no');
    const error = await failure(
      inAcme(() =>
        pool.transaction(async (tx) => {
          await tx.query(star);
          throw broken;
        }),
      ),
    );
    expect(error).toBe(broken);
    expect(await stars()).toBe(before);
  });

  test('does not call it done when a statement had failed and nobody noticed', async () => {
    const before = await stars();
    const error = await failure(
      inAcme(() =>
        pool.transaction(async (tx) => {
          await tx.query(star);
          await tx.query('select 1 / 0').catch(() => {});
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'TRANSACTION_ROLLED_BACK' });
    expect(await stars()).toBe(before);
  });

  test('begins as it is told', async () => {
    const shown = await inAcme(() =>
      pool.transaction(
        async (tx) =>
          (
            await tx.query(
              `select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as read_only`,
            )
          ).rows[0],
        { isolationLevel: 'repeatable read', readOnly: true },
      ),
    );
    expect(shown).toEqual({ level: 'repeatable read', read_only: 'on' });
  });

  test('gives the client back in every case: a pool of one goes on', async () => {
    for (let i = 0; i < 3; i++) {
      await failure(inAcme(() => pool.transaction(() => Promise.reject(new Error('no')))));
      await failure(inAcme(() => pool.transaction((tx) => tx.query('select 1 / 0'))));
    }
    await failure(
      inAcme(() =>
        pool.transaction((tx) => tx.query('select pg_terminate_backend(pg_backend_pid())')),
      ),
    );
    await inAcme(() => pool.query('select 1'));
  });

  test.each([
    ['another isolation level', { isolationLevel: 'chaos; drop table projects' as never }],
    ['a level in capitals', { isolationLevel: 'SERIALIZABLE' as never }],
  ])('refuses %s before anything is sent', async (_, options) => {
    const error = await failure(inAcme(() => pool.transaction(async () => {}, options)));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('is refused in a batch, which is a transaction itself', async () => {
    const error = await failure(inAcme(() => pool.batch(() => [pool.transaction(async () => {})])));
    expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
  });

  test('is refused outside a scope', async () => {
    expect(await failure(pool.transaction(async () => {}))).toMatchObject({
      code: 'TENANT_CONTEXT_MISSING',
    });
  });
});
