import { entrySql, foundationSql } from '@tenantry/core/sql';
import { type BenchDatabase, createLogins } from '../lib/database.ts';
import { idKind, ids } from '../scoped/ids.ts';
import { samples } from '../scoped/samples.ts';
import { logins, projectsTable, tenancy } from '../scoped/schema.ts';

export const tenantCount = 100;
export const rowsPerTenant = 1000;

/** The one member of each tenant. */
export const userId = '00000000-0000-4000-9000-000000000001';

export const readSample = samples(1, tenantCount, rowsPerTenant);

const directory = {
  tenants: ['public', 'organizations'],
  id: 'id',
  claims: {},
  members: ['public', 'memberships'],
  memberTenant: 'organization_id',
  memberUser: 'user_id',
  userType: 'uuid',
} as const;

/** Tenants, a member of each, rows, and the function that a request enters by. */
export async function prepare(database: BenchDatabase): Promise<void> {
  await database.ask(foundationSql(tenancy).sql);
  await createLogins(database, {
    [logins.web]: `noinherit in role ${tenancy.roles.app}`,
    [logins.trusted]: 'bypassrls',
  });
  await database.ask(projectsTable('projects', tenantCount, rowsPerTenant));
  await database.ask(`
    create table organizations (id ${idKind} primary key);
    create table memberships (
      organization_id ${idKind} not null references organizations, user_id uuid not null,
      primary key (organization_id, user_id));
    insert into organizations select ${ids.sql} from generate_series(1, ${tenantCount}) t;
    insert into memberships select id, '${userId}' from organizations`);
  await database.ask(entrySql(tenancy, directory).sql);
  await database.ask('vacuum (freeze, analyze)');
}
