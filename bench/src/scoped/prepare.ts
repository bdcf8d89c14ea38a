import { foundationSql } from '@tenantry/core/sql';
import { type BenchDatabase, createLogins } from '../lib/database.ts';
import {
  logins,
  peerTables,
  projectsTable,
  rowsPerTenant,
  tenancy,
  tenantCount,
} from './schema.ts';

/** Makes roles, tables, policies and rows; with `peer` also the tables of @usebetterdev/tenant. */
export async function prepare(
  database: BenchDatabase,
  { peer }: { readonly peer: boolean },
): Promise<void> {
  await database.ask(foundationSql(tenancy).sql);
  await createLogins(database, {
    [logins.web]: `noinherit in role ${tenancy.roles.app}`,
    [logins.trusted]: 'bypassrls',
    [logins.peer]: '',
  });
  await database.ask(projectsTable('projects', tenantCount, rowsPerTenant));
  if (peer) await database.ask(peerTables);
  await database.ask('vacuum (freeze, analyze)');
}
