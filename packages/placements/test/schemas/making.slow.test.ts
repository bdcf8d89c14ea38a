import { readDefinitions } from '@tenantry/rls/generate';
import { createLogins, withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { acme, ask, put, read, tenancy, two, world } from './world.ts';

/** The definitions of the tables in a schema, without its name; comments are notes of `generate`. */
async function definitionsIn(url: string, schema: string): Promise<Map<string, string>> {
  const all = await withClient(url, (client) => readDefinitions(client));
  const bare = (text: string) =>
    text.replaceAll(new RegExp(`\\b${schema}\\.(items|notes)`, 'g'), 'here.$1');
  const ofTables = [...all].filter(
    ([title, is]) =>
      !title.startsWith('comment ') &&
      (bare(title) !== title || (title.startsWith('index ') && bare(is) !== is)),
  );
  return new Map(
    ofTables.map(([title, is]) => [bare(title).replaceAll(`${schema}.`, 'here.'), bare(is)]),
  );
}

describe('tenantry places add --schema', () => {
  it('makes tables that are the shared ones in everything but the schema', async () => {
    const { url, add } = await world();
    expect(await add('acme_own', 't_acme')).toMatchObject({ code: 0 });
    const shared = await definitionsIn(url, 'public');
    expect(shared.size).toBeGreaterThan(50);
    expect(await definitionsIn(url, 't_acme')).toEqual(shared);
    const [sequences] = await ask(
      url,
      `select array_agg(c.relname::text order by c.relname) as names from pg_class c where c.relkind = 'S' and c.relnamespace = 't_acme'::regnamespace`,
    );
    expect(sequences?.names).toEqual(['items_number_seq', 'items_size_seq']);
    const [{ keys }] = (await ask(
      url,
      `select array_agg(distinct confrelid::regclass::text) as keys from pg_constraint where conrelid in ('t_acme.items'::regclass, 't_acme.notes'::regclass) and contype = 'f'`,
    )) as [{ keys: string[] }];
    expect(keys).toEqual(['memberships', 'organizations', 't_acme.items']);
  });

  it('run again does nothing, and brings what has changed in the shared tables', async () => {
    const { url, add, open } = await two();
    const again = () => add('acme_own', 't_acme');
    expect((await again()).stdout + (await again()).stderr).toContain('0 statements');
    const pool = open();
    await tenancy.run(acme, () => put(pool, 'kept'));
    await ask(
      url,
      `alter table items add column color text not null default 'red', add check (color <> 'blue');
       create index items_color on items (organization_id, color);
       alter table items drop constraint items_title_key;
       alter table items alter column title drop not null;
       create policy items_no_green on items as restrictive for all to schemas_app using (color <> 'green');
       alter table t_acme.notes disable row level security;
       grant truncate on t_acme.notes to schemas_app`,
    );
    expect(await definitionsIn(url, 't_acme')).not.toEqual(await definitionsIn(url, 'public'));
    expect(await again()).toMatchObject({ code: 0 });
    expect(await definitionsIn(url, 't_acme')).toEqual(await definitionsIn(url, 'public'));
    await tenancy.run(acme, async () => {
      expect(await read(pool)).toEqual(['kept']);
      expect((await pool.query('select color from items')).rows).toEqual([{ color: 'red' }]);
    });
  });

  it('changes and drops no column that holds rows, and nothing else then', async () => {
    const { url, add } = await two();
    await ask(
      url,
      `alter table items drop column lower; alter table items alter column title type varchar(200);
       create index items_later on items (organization_id, id)`,
    );
    const { code, stderr } = await add('acme_own', 't_acme');
    expect(code).toBe(1);
    expect(stderr).toContain('PLACE_UNALIKE');
    expect(stderr).toContain('column title of items is another one');
    expect(stderr).toContain('column lower of items is there, and not in the shared table');
    expect(await ask(url, `select to_regclass('t_acme.items_later') as made`)).toEqual([
      { made: null },
    ]);
  });

  it.each([
    [
      'a view reads',
      'create view open_items as select * from items',
      'is read by the view open_items',
    ],
    [
      'a table that stays references',
      'create table files (organization_id uuid, item uuid, foreign key (organization_id, item) references items (organization_id, id))',
      'is referenced by files',
    ],
    [
      'a policy of a table that stays reads',
      'create table files (item uuid); create policy p on files using (exists (select from items i where i.id = item))',
      'is read by the policy p of files',
    ],
    [
      'a function names',
      `create function total() returns bigint language plpgsql as 'begin return (select count(*) from public . "items"); end'`,
      'is named by the function total()',
    ],
    [
      'a function with public in its path names',
      `create function total() returns bigint language sql set search_path = public as 'select count(*) from items'`,
      'is named by the function total()',
    ],
    [
      'a function of the new form reads',
      'create function total() returns bigint language sql begin atomic select count(*) from items; end',
      'is read by the function total()',
    ],
    ['another table inherits', 'create table more () inherits (items)', 'items inherits'],
    ['nobody has', 'drop table notes', 'notes is not there'],
  ])('refuses a table that %s', async (_, sql, found) => {
    const { url, add } = await world();
    await ask(url, sql);
    const { code, stderr } = await add('acme_own', 't_acme');
    expect(stderr).toContain('PLACE_UNFIT');
    expect(stderr).toContain(found);
    expect(code).toBe(1);
    expect(await ask(url, `select to_regnamespace('t_acme') as made`)).toEqual([{ made: null }]);
    expect(await ask(url, 'select from tenantry.places')).toEqual([]);
  });

  it('refuses names that are taken, another database, and a login that does not migrate', async () => {
    const { url, add } = await two();
    await ask(url, `create schema theirs; insert into tenantry.places (name) values ('eu1')`);
    const refusal = async (...names: Parameters<typeof add>) => (await add(...names)).stderr;
    expect(await refusal('acme_own', 't_other')).toContain('acme_own is the schema t_acme');
    expect(await refusal('other', 't_acme')).toContain('acme_own is the schema t_acme');
    expect(await refusal('eu1', 't_eu1')).toContain('eu1 is a database');
    expect(await refusal('other', 'theirs')).toContain('is there already, and is no place');
    for (const ours of ['public', 'tenantry', 'tenantry_barred'])
      expect(await refusal('other', ours)).toContain('PLACE_TAKEN');
    expect((await add('other', 'pg_other')).code).toBe(2);
    const elsewhere = await world();
    expect(await refusal('other', 't_other', elsewhere.url)).toContain(
      'is not that of the shared tables',
    );
    const { app } = await createLogins(url, tenancy);
    expect(await refusal('other', 't_other', app)).toContain('Name the login that migrates');
    expect(await ask(url, 'select count(*)::int as n from tenantry.places')).toEqual([{ n: 3 }]);
  });

  it('makes two at a time, and the same one once', async () => {
    const { url, add } = await world();
    const made = await Promise.all(
      ['a', 'b', 'a', 'a', 'a'].map((place) => add(place, `t_${place}`)),
    );
    expect(made.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    const shared = await definitionsIn(url, 'public');
    for (const schema of ['t_a', 't_b']) expect(await definitionsIn(url, schema)).toEqual(shared);
  });

  it('ends in words when somebody keeps a table locked, and leaves nothing', async () => {
    const { url, add } = await world();
    await withClient(url, async (client) => {
      await client.query('begin');
      await client.query('lock table organizations in row exclusive mode');
      const { code, stderr } = await add('acme_own', 't_acme');
      expect([code, stderr]).toEqual([1, expect.stringContaining('keeps a table locked')]);
      await client.query('rollback');
    });
    expect(await ask(url, `select to_regnamespace('t_acme') as made`)).toEqual([{ made: null }]);
  });
});
