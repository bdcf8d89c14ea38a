import { withClient } from '@tenantry/testing/schema';
import { type EraseOptions, eraseTenant } from '../../src/lifecycle/erase/erase-tenant.ts';
import { tenantTables } from '../../src/rows/index.ts';
import { acme, ada, ask, bob, emptyDatabase, globex, tenancy } from './world.ts';

const rows = `
  create table folders (id int primary key, organization_id uuid not null, parent_id int references folders);
  create table files (id int primary key, folder_id int not null references folders);
  create table pages (file_id int not null references files, number int);
  create table teams (id int primary key, organization_id uuid not null, lead_id int);
  create table staff (id int primary key, organization_id uuid not null, team_id int not null references teams);
  alter table teams add foreign key (lead_id) references staff;
  insert into organizations values ('${acme}', 'acme'), ('${globex}', 'globex');
  insert into users values ('${ada}', 'ada@acme.example'), ('${bob}', 'bob@globex.example');
  insert into memberships values ('${acme}', '${ada}'), ('${globex}', '${bob}'), ('${acme}', '${bob}');
  insert into folders values (1, '${acme}', null), (2, '${acme}', 1), (3, '${globex}', null);
  insert into files values (1, 2), (2, 3);
  insert into pages values (1, 1), (1, 2), (2, 1);
  insert into teams values (1, '${acme}', null), (2, '${globex}', null);
  insert into staff values (1, '${acme}', 1), (2, '${globex}', 2);
  update teams set lead_id = id;
`;

export async function filled(sql = '') {
  const { url } = await emptyDatabase();
  await ask(url, rows + sql);
  return url;
}

export const options = { tenancy, tenant: acme, by: 'Olga' } satisfies EraseOptions;
export const erase = (url: string, more: Partial<EraseOptions> = {}) =>
  withClient(url, (client) => eraseTenant(client, { ...options, ...more }));

/** How many rows of each table are the tenant's, and how many there are. */
export const left = (url: string) =>
  withClient(url, async (client) => {
    const { tables } = await tenantTables(client, tenancy);
    const count: Record<string, [own: number, all: number]> = {};
    for (const { name, from, condition } of tables) {
      const { rows: found } = await client.query(
        `select (select count(*)::int from ${from} where ${condition}) as own, (select count(*)::int from ${from}) as whole`,
        [acme],
      );
      count[name] = [found[0].own, found[0].whole];
    }
    return count;
  });
export const nothing = {
  organizations: [0, 1],
  users: [0, 2],
  folders: [0, 1],
  items: [0, 0],
  memberships: [0, 1],
  teams: [0, 1],
  staff: [0, 1],
  files: [0, 1],
  pages: [0, 1],
};
