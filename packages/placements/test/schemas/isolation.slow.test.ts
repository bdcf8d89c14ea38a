import { expectIsolated } from '@tenantry/testing';
import { describe, expect, it } from 'vitest';
import { ask, feature, schema, tenancy, two } from './world.ts';

type World = Awaited<ReturnType<typeof two>>;

/** Attacks a tenant of one place from another. */
const attack = ({ open }: World, place: string | null, attackerPlace: string | null) => {
  const pool = open({ accept: ['table-not-isolated'] });
  return expectIsolated({
    pool: pool as never,
    tenancy,
    schema,
    ...(place !== null && { place }),
    attackerPlace,
    prepare: (organizationId, at) =>
      at === null ? undefined : feature.place(pool, { organizationId, place: at }),
  });
};

/** How many rows the shared table has ever had, also those that are gone. */
const everShared = async (url: string) => {
  const [row] = await ask(
    url,
    "select coalesce(pg_sequence_last_value('items_number_seq'), 0) as n",
  );
  return Number(row.n);
};

describe('expectIsolated', () => {
  it.each([
    ['another schema', 'acme_own', 'globex_own'],
    ['the shared tables', 'acme_own', null],
    ['the same schema', 'acme_own', 'acme_own'],
  ])('attacks a schema from %s', async (_, place, attackerPlace) => {
    const world = await two();
    const before = await everShared(world.url);
    const { leaks, unproven, results } = await attack(world, place, attackerPlace);
    expect(leaks).toEqual([]);
    expect(unproven).toEqual([]);
    expect(results.filter(({ couldReach }) => couldReach === 0)).toEqual([]);
    const attacks = results.flatMap((each) => (each.target === 'items' ? each.attack : []));
    expect(attacks).toEqual(
      expect.arrayContaining([
        'read',
        'update',
        'lost context',
        'read, by name',
        'insert for the other, by name',
        'prepared statement, by name',
        'late await, by name',
        'read, by search path',
        'delete, by search path',
      ]),
    );
    expect(await ask(world.url, 'select from t_acme.items')).toEqual([]);
    expect(await ask(world.url, 'select from t_globex.items')).toEqual([]);
    expect((await everShared(world.url)) > before).toBe(attackerPlace === null);
  });

  it('attacks the shared tables from a schema', async () => {
    const { leaks, results } = await attack(await two(), null, 'globex_own');
    expect(leaks).toEqual([]);
    expect(results.map(({ attack: name }) => name)).toContain('read, by search path');
  });

  it.each([
    [
      'policies that were dropped',
      'drop policy items_tenant_floor on t_acme.items; alter policy items_tenant_isolation on t_acme.items using (true) with check (true)',
    ],
    ['row security that is off', 'alter table t_acme.items disable row level security'],
  ])('finds a schema with %s, whoever asks', async (_, sql) => {
    const world = await two();
    await ask(world.url, sql);
    for (const from of ['globex_own', null, 'acme_own']) {
      const refused = await attack(world, 'acme_own', from).then(
        () => expect.fail('it was accepted'),
        (error) => error,
      );
      expect(refused).toMatchObject({ code: 'ISOLATION_BROKEN' });
      expect(refused.message).toContain('items: read reached 1 of 1');
      expect(refused.message).toContain('items: read, by search path reached 1 of 1');
    }
    // from a schema that is not broken to tables that are not
    expect((await attack(world, null, 'globex_own')).leaks).toEqual([]);
  });

  it('finds what was broken where the attacker lives', async () => {
    const world = await two();
    await ask(world.url, 'alter table t_globex.items disable row level security');
    await expect(attack(world, 'acme_own', 'globex_own')).rejects.toMatchObject({
      code: 'ISOLATION_BROKEN',
      message: expect.stringContaining('upsert, by name'),
    });
  });

  it('finds it also of a table that was adopted and enforced', async () => {
    const world = await two();
    await ask(
      world.url,
      `create table tenantry.adoption_steps (position bigint generated always as identity, of_table text, step text, done boolean,
         cursor jsonb, undo jsonb not null default '[]', migration jsonb not null default '[]');
       grant select on tenantry.adoption_steps to schemas_system;
       insert into tenantry.adoption_steps (of_table, step, done) values ('public.items', 'enforce', true);
       alter table t_acme.items disable row level security;
       drop policy items_system_access on t_acme.items`,
    );
    await expect(attack(world, 'acme_own', 'globex_own')).rejects.toMatchObject({
      code: 'ISOLATION_BROKEN',
    });
  });

  it('looks names up as the tenant does whose rows it inserts, also in triggers', async () => {
    const world = await two();
    await ask(
      world.url,
      `create function notes_of_items() returns trigger language plpgsql as $$ begin
         insert into notes (organization_id, item, text) values (new.organization_id, new.id, 'made');
         return new;
       end $$`,
    );
    for (const table of ['t_acme.items', 't_globex.items'])
      await ask(
        world.url,
        `create trigger makes_notes after insert on ${table} for each row execute function notes_of_items()`,
      );
    expect((await attack(world, 'acme_own', 'globex_own')).leaks).toEqual([]);
    expect(await ask(world.url, 'select from t_globex.notes')).toEqual([]);
  });

  it('refuses tenants that do not live in the places that it attacks', async () => {
    const { open, url } = await two();
    const attempt = expectIsolated({ pool: open() as never, tenancy, schema, place: 'acme_own' });
    await expect(attempt).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('does not live in acme_own'),
    });
    expect(await ask(url, 'select from t_acme.items')).toEqual([]);
  });

  it('refuses a schema that lacks a table', async () => {
    const world = await two();
    await ask(world.url, 'drop table t_acme.notes');
    await expect(attack(world, 'acme_own', 'globex_own')).rejects.toMatchObject({
      code: 'ISOLATION_SCHEMA_DIFFERS',
      message: expect.stringContaining('the place acme_own lacks notes'),
    });
  });
});
