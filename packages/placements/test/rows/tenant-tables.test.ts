import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { type TenantTables, tenantTables } from '../../src/rows/index.ts';
import { acme, ask, emptyDatabase, globex, tenancy } from '../support/world.ts';

async function tablesWith(sql = ''): Promise<{ url: string; found: TenantTables }> {
  const { url } = await emptyDatabase();
  if (sql !== '') await ask(url, sql);
  return { url, found: await withClient(url, (client) => tenantTables(client, tenancy)) };
}
const named = ({ tables }: TenantTables) => tables.map(({ name }) => name);
const one = ({ tables }: TenantTables, name: string) => {
  const found = tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};

const tree = `
  create table folders (organization_id uuid not null, id int generated always as identity, parent_id int,
    title varchar(20), size int generated always as (length(title)) stored,
    primary key (organization_id, id),
    foreign key (organization_id, parent_id) references folders (organization_id, id));
  create table files (id serial primary key, organization_id uuid not null, folder_id int not null,
    foreign key (organization_id, folder_id) references folders (organization_id, id));
  create table versions (id bigserial primary key, file_id int not null references files);
  create table chunks (version_id bigint not null references versions, number int not null, data bytea,
    unique (version_id, number));
  create table countries (code text primary key);
`;

describe('the tables of a tenant', () => {
  it('are those that the schema module has, people first, and never shared ones', async () => {
    const { found } = await tablesWith();
    expect(found.tables.map(({ name, belonging }) => [name, belonging])).toEqual([
      ['organizations', 'tenant'],
      ['users', 'person'],
      ['items', 'column'],
      ['memberships', 'column'],
    ]);
    expect(one(found, 'users').condition).toBe(
      'exists (select from only "public"."memberships" p1 where p1."user_id" = t."id" and p1."organization_id" = $1::uuid)',
    );
    expect(found.unsatisfied).toEqual([]);
  });

  it('are those that only the database has, through parents of any number of levels', async () => {
    const { url, found } = await tablesWith(tree);
    const order = named(found);
    expect(order).not.toContain('countries');
    expect(
      order.filter((name) => ['folders', 'files', 'versions', 'chunks'].includes(name)),
    ).toEqual(['folders', 'files', 'versions', 'chunks']);
    const chunks = one(found, 'chunks');
    expect(chunks).toMatchObject({ belonging: 'parent', key: ['version_id', 'number'] });
    await ask(
      url,
      `with f as (insert into folders (organization_id, title) values ('${acme}', 'a'), ('${globex}', 'b') returning *),
        i as (insert into files (organization_id, folder_id) select organization_id, id from f returning *),
        v as (insert into versions (file_id) select id from i order by organization_id returning *)
      insert into chunks select id, 1, '\\x00' from v`,
    );
    for (const name of ['folders', 'files', 'versions', 'chunks']) {
      const { from, condition } = one(found, name);
      const count = await ask(url, `select count(*)::int as n from ${from} where ${condition}`, [
        acme,
      ]);
      expect(count).toEqual([{ n: 1 }]);
    }
  });

  it('say how their columns are written', async () => {
    const { found } = await tablesWith(tree);
    const folders = one(found, 'folders');
    expect(
      folders.columns.map(({ name, generated, alwaysIdentity }) => [
        name,
        generated,
        alwaysIdentity,
      ]),
    ).toEqual([
      ['organization_id', false, false],
      ['id', false, true],
      ['parent_id', false, false],
      ['title', false, false],
      ['size', true, false],
    ]);
    expect(folders.columns[1]?.sequence).toBe('public.folders_id_seq');
    expect(folders.later).toEqual(['parent_id']);
    expect(one(found, 'files').columns[0]?.sequence).toBe('public.files_id_seq');
  });

  it('are in an order where cycles can wait, and what cannot is said', async () => {
    const { found } = await tablesWith(`
      create table teams (id int primary key, organization_id uuid not null, lead_id int);
      create table people (id int primary key, organization_id uuid not null, team_id int not null references teams);
      alter table teams add foreign key (lead_id) references people;
      create table eggs (id int primary key, organization_id uuid not null, hen_id int not null);
      create table hens (id int primary key, organization_id uuid not null, egg_id int not null references eggs);
      alter table eggs add constraint egg_of_hen foreign key (hen_id) references hens deferrable;
      create table a (id int primary key, organization_id uuid not null, b_id int not null);
      create table b (id int primary key, organization_id uuid not null, a_id int not null references a);
      alter table a add constraint a_of_b foreign key (b_id) references b;
    `);
    const order = named(found);
    expect(order.indexOf('teams')).toBeLessThan(order.indexOf('people'));
    expect(one(found, 'teams').later).toEqual(['lead_id']);
    expect(order.indexOf('eggs')).toBeLessThan(order.indexOf('hens'));
    expect(one(found, 'eggs').deferred).toEqual(['egg_of_hen']);
    expect(one(found, 'eggs').later).toEqual([]);
    expect(found.unsatisfied).toEqual(['a: a_of_b']);
  });

  it('leave partitions out, and read an inheritance parent without its children', async () => {
    const { url, found } = await tablesWith(`
      create table events (organization_id uuid not null, at date not null) partition by range (at);
      create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
      create table notes (organization_id uuid not null, body text);
      create table long_notes (pages int) inherits (notes);
    `);
    expect(named(found)).not.toContain('events_2026');
    await ask(url, `insert into long_notes values ('${acme}', 'x', 3)`);
    await ask(url, `insert into events values ('${acme}', '2026-05-05')`);
    const count = async (name: string) => {
      const { from, condition } = one(found, name);
      const [row] = await ask(url, `select count(*)::int as n from ${from} where ${condition}`, [
        acme,
      ]);
      return row?.n;
    };
    expect([await count('notes'), await count('long_notes'), await count('events')]).toEqual([
      0, 1, 1,
    ]);
  });

  it('do not mistake one tenant for another whose id begins with the same letters', async () => {
    const { url, found } = await tablesWith(
      'create table odd (organization_id varchar(4) not null, id int)',
    );
    const { from, condition } = one(found, 'odd');
    await ask(url, "insert into odd values ('acme', 1)");
    const text = `select id from ${from} where ${condition}`;
    expect(await ask(url, text, ['acme'])).toHaveLength(1);
    expect(await ask(url, text, ['acme2'])).toHaveLength(0);
  });

  it('name the keys of other tables that lead to them', async () => {
    const { found } = await tablesWith(`
      create table prices (id int primary key, special_item uuid, organization uuid references organizations);
    `);
    expect(found.fromOutside).toMatchObject([
      { name: 'prices', columns: ['organization'], to: { name: 'organizations' } },
    ]);
  });

  it('need the migration of the catalogue', async () => {
    const { url } = await emptyDatabase();
    await ask(url, 'drop function tenantry.declared_tables()');
    const asked = withClient(url, (client) => tenantTables(client, tenancy));
    await expect(asked).rejects.toMatchObject({ code: 'DATABASE_NOT_PREPARED' });
  });
});
