import { atEachDatabase, failureInWords, requireAll } from '@tenantry/core/scope';
import { expect, it } from 'vitest';
import { tenancy } from './schema.ts';
import { everyWorld, work } from './world.ts';

const { open } = await everyWorld();
const pool = open();

const here = async (db: Parameters<typeof atEachDatabase>[1] = pool) => {
  const { rows } = await (db as typeof pool).query(
    `select (select place from tenantry.here) as here, current_setting('app.actor') as actor`,
  );
  return [rows[0].here, JSON.parse(rows[0].actor).reason];
};
const each = (of = pool) => atEachDatabase(tenancy, of, () => here(of));

it('is done in each database in which tenants live, as the same work', async () => {
  expect(await tenancy.asSystem(work, () => each())).toEqual([
    { value: [null, 'a test'] },
    { place: 'eu1', value: ['eu1', 'a test'] },
    { place: 'eu2', value: ['eu2', 'a test'] },
  ]);
  expect(await tenancy.asSystem({ ...work, place: 'eu2' }, () => each())).toEqual([
    { value: ['eu2', 'a test'] },
  ]);
});

it('goes on where one is down, and says which', async () => {
  const answers = await tenancy.asSystem(work, () => each(open('eu1')));
  expect(answers).toEqual([
    { value: [null, 'a test'] },
    { place: 'eu1', error: expect.objectContaining({ code: 'POOL_UNAVAILABLE' }) },
    { place: 'eu2', value: ['eu2', 'a test'] },
  ]);
  expect(failureInWords(answers[1] as (typeof answers)[number])).toMatch(
    /^eu1: .*\(POOL_UNAVAILABLE\)/,
  );
  const error = expect.objectContaining({
    code: 'POOL_UNAVAILABLE',
    details: { databases: ['eu1'] },
    message: expect.stringContaining('eu1: '),
  });
  expect(() => requireAll(answers)).toThrow(error);
  const more = [...answers, { place: 'eu3', error: new Error('no such table') }];
  const failed = { code: 'DATABASES_FAILED', details: { databases: ['eu1', 'eu3'] } };
  expect(() => requireAll(more)).toThrow(expect.objectContaining(failed));
  const own = new Error('its own');
  expect(() => requireAll([{ error: own }])).toThrow(own);
});

it('is refused in a transaction and in a batch, which stay in their database', async () => {
  const refused = { code: 'STATEMENT_REFUSED', message: expect.stringContaining('eu1, eu2') };
  await tenancy.asSystem(work, async () => {
    await pool.transaction((tx) =>
      expect(atEachDatabase(tenancy, tx, () => here(tx))).rejects.toMatchObject(refused),
    );
    await expect(pool.batch(() => [each()])).rejects.toMatchObject(refused);
  });
  await tenancy.asSystem({ ...work, place: 'eu1' }, () =>
    pool.transaction(async (tx) =>
      expect(await atEachDatabase(tenancy, tx, () => here(tx))).toEqual([
        { value: ['eu1', 'a test'] },
      ]),
    ),
  );
});
