import { describe, expect, test } from 'vitest';
import { acme, ada, bob, coreDatabase, globex, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool();

const names = async () =>
  (await pool.query('select name from projects order by name')).rows.map((row) => row.name);

describe('a statement in a scope', () => {
  test('sees the rows of its tenant without any WHERE', async () => {
    expect(await tenancy.run(acme, names)).toEqual(['Anvil', 'Rocket']);
    expect(await tenancy.run(globex, names)).toEqual(['Reactor']);
  });

  test('writes for its tenant, and only for it', async () => {
    await tenancy.run(globex, async () => {
      const inserted = await pool.query(
        'insert into projects (name) values ($1) returning organization_id',
        ['X'],
      );
      expect(inserted.rows).toEqual([{ organization_id: globex }]);
      expect((await pool.query('delete from projects where name = $1', ['X'])).rowCount).toBe(1);
      expect((await pool.query('delete from projects where name = $1', ['Anvil'])).rowCount).toBe(
        0,
      );
      await expect(
        pool.query('insert into projects (organization_id, name) values ($1, $2)', [acme, 'Y']),
      ).rejects.toMatchObject({ code: '42501' });
    });
  });

  test('has the shape of pg', async () => {
    await tenancy.run(acme, async () => {
      const result = await pool.query({ text: 'select 1 as one, $1::text as two', values: ['x'] });
      expect(result).toMatchObject({
        command: 'SELECT',
        rowCount: 1,
        rows: [{ one: 1, two: 'x' }],
      });
      const rows = await pool.query({ text: 'select 1, 2', rowMode: 'array' });
      expect(rows.rows).toEqual([[1, 2]]);
    });
  });

  test('is refused outside a scope', async () => {
    await expect(names()).rejects.toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    await expect(pool.connect()).rejects.toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  });
});

describe('enter', () => {
  test('turns a claim of a member into a tenant', async () => {
    const entry = { claim: { by: 'slug', value: 'acme' }, user: ada };
    expect(await pool.enter(entry, names)).toEqual(['Anvil', 'Rocket']);
    expect(await pool.enter(entry, () => tenancy.current())).toEqual({
      organizationId: acme,
      user: ada,
      facts: null,
    });
    expect(await pool.enter({ ...entry, verify: 'with-first-statement' }, names)).toEqual([
      'Anvil',
      'Rocket',
    ]);
  });

  test('answers an unknown tenant and a foreign one alike', async () => {
    const messages = await Promise.all(
      [
        { claim: { by: 'slug', value: 'acme' }, user: bob },
        { claim: { by: 'slug', value: 'nobody' }, user: bob },
        { claim: { by: 'id', value: acme }, user: bob },
        { claim: { by: 'wrong', value: acme }, user: bob },
        { claim: { by: 'slug', value: 'acme' }, user: 'no uuid' },
        { claim: { by: 'id', value: acme }, user: 'no uuid' },
        { claim: { by: 'id', value: bob }, user: bob },
        {
          claim: { by: 'slug', value: 'acme' },
          user: bob,
          verify: 'with-first-statement' as const,
        },
        {
          claim: { by: 'id', value: acme },
          user: bob,
          verify: 'with-first-statement' as const,
        },
      ].map((entry) => pool.enter(entry, names).catch((error) => error)),
    );
    for (const error of messages)
      expect(error).toMatchObject({ code: 'TENANT_NOT_FOUND', status: 404 });
    expect(new Set(messages.map((error) => error.message)).size).toBe(1);
  });
});

test('an entry by id changes nothing for who is not a member, though its statement went along', async () => {
  const entry = { claim: { by: 'id', value: acme }, verify: 'with-first-statement' } as const;
  const rename = () => pool.query(`update projects set stars = 7 returning name`);
  await expect(pool.enter({ ...entry, user: bob }, rename)).rejects.toMatchObject({
    code: 'TENANT_NOT_FOUND',
  });
  expect(await database.ask('select from projects where stars = 7')).toEqual([]);
  expect((await pool.enter({ ...entry, user: ada }, rename)).rowCount).toBe(2);
});

describe('asSystem', () => {
  test('reads across tenants, and writes only when asked to', async () => {
    const system = { reason: 'a test', actor: 'tests' };
    const count = () => pool.query('select count(*)::int as n from projects');
    expect((await tenancy.asSystem(system, count)).rows).toEqual([{ n: 3 }]);
    const rename = () => pool.query(`update projects set stars = 1 where name = 'Reactor'`);
    await expect(tenancy.asSystem(system, rename)).rejects.toMatchObject({ code: '25006' });
    expect((await tenancy.asSystem({ ...system, write: true }, rename)).rowCount).toBe(1);
  });
});
