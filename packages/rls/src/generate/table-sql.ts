import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, literal, name, tenantOfTransaction } from '@tenantry/core/sql';
import { dialectOf } from '../dialect/index.ts';
import type { DeclaredTable } from '../model/table.ts';
import { fixedColumns, fixedColumnsSql } from './fixed-columns.ts';

/**
 * Row security, rights and triggers of a table. Every statement sets the complete state, so a second run,
 * or a run after another declaration, ends in the same state.
 */
export function tableSql(tenancy: Tenancy, table: DeclaredTable): Ddl[] {
  const target = name(table.schema, table.name);
  const dialect = dialectOf(tenancy);
  return [
    ddl`alter table ${target} ${dialect.rowSecurity};`,
    ...dialect.policySql(table.policies, target),
    ...tenantDefault(tenancy, table, target),
    ...grants(tenancy, table, target),
  ];
}

/** drizzle-kit keeps a default when the column is renamed by hand, but the default reads the old setting. */
function tenantDefault(tenancy: Tenancy, table: DeclaredTable, target: Ddl): Ddl[] {
  const value = ddl`(${tenantOfTransaction(tenancy)})`;
  const column = table.columns.find((each) => each.name === table.tenantColumn);
  // Citus lets nobody alter the column by which it has distributed a table
  if (column?.default !== value.sql || tenancy.dialect === 'citus') return [];
  return [ddl`alter table ${target} alter column ${name(column.name)} set default ${value};`];
}

/** Rights on the table, and the trigger for columns that a tenant may repeat but not change. */
function grants({ roles }: Tenancy, table: DeclaredTable, target: Ddl): Ddl[] {
  const app = name(roles.app);
  const system = name(roles.system);
  const rights = appRights(table);
  return [
    ddl`revoke all on table ${target} from public, ${app}, ${system};`,
    // between revoke and grant, so that the right to update a fixed column never exists without the
    // trigger
    ...fixedColumnsSql(fixedColumns(table), target),
    ...(rights.length === 0 ? [] : [ddl`grant ${join(rights)} on table ${target} to ${app};`]),
    ddl`grant ${table.systemAccess === 'read' ? ddl`select` : ddl`select, insert, update, delete`} on table ${target} to ${system};`,
    ...table.columns
      .filter(({ type }) => type.endsWith('serial'))
      .map((column) =>
        sequence(target, column.name, rolesOfSequence(rights, app, system), join([app, system])),
      ),
  ];
}

function appRights(table: DeclaredTable): Ddl[] {
  const select = ddl`select`;
  const named = table.columns
    .filter(({ generated }) => !generated)
    .map((column) => name(column.name));
  const updates = named.length === 0 ? [] : [ddl`update (${join(named)})`];
  switch (table.isolation) {
    case 'scoped':
    case 'through':
      if (table.access === 'read') return [select];
      if (table.access === 'append') return [select, ddl`insert`];
      return [select, ddl`insert`, ddl`delete`, ...updates];
    case 'tenants':
      // a tenant cannot delete itself; an INSERT would also write read-only columns
      return [select, ...(table.readOnly.length === 0 ? [ddl`insert`] : []), ...updates];
    case 'visible':
    case 'shared':
      return [select];
    default:
      return [];
  }
}

/** A role that does not insert may not use the sequence, because it reveals how much others write. */
const rolesOfSequence = (rights: readonly Ddl[], app: Ddl, system: Ddl): Ddl =>
  rights.some(({ sql }) => sql === 'insert') ? join([app, system]) : system;

/** A serial column uses a sequence with separate rights; an identity column does not. */
function sequence(target: Ddl, column: string, roles: Ddl, both: Ddl): Ddl {
  return ddl`
    do $tenantry$
    declare
      sequence text := pg_get_serial_sequence(${literal(target.sql)}, ${literal(column)});
    begin
      if sequence is not null then
        execute format('revoke all on sequence %s from public, ${both}', sequence);
        execute format('grant usage on sequence %s to ${roles}', sequence);
      end if;
    end
    $tenantry$;
  `;
}
