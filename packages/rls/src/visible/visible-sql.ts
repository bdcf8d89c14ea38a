import { type Tenancy, TenantryError } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  functionsSql,
  idType,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import { type DeclaredTable, pathOf, titleOf } from '../model/table.ts';
import { visibleNames } from './names.ts';

/** Tables of `visibleThrough(t, …)` whose policies are planned: see {@link visibleSql}. */
export const visibleOnCitus = (
  { dialect }: Tenancy,
  tables: readonly DeclaredTable[],
): readonly DeclaredTable[] =>
  dialect === 'citus' ? tables.filter(({ isolation }) => isolation === 'visible') : [];

/**
 * What the policies of `visibleThrough(t, …)` call on Citus, where none may look at another table. When
 * the node that the application is connected to plans a statement, it reads the ids of the link table, as
 * the caller and in the transaction of the caller, and sends them along by SET LOCAL. The nodes that run
 * the statement find them there, as a constant of their plans.
 */
export function visibleSql(tenancy: Tenancy, tables: readonly DeclaredTable[]): Ddl[] {
  const visible = visibleOnCitus(tenancy, tables);
  if (visible.length === 0) return [];
  return [
    functionsSql([
      ...settingFunctions(tenancy),
      ...visible.flatMap((table) => functionsOf(tenancy, table, tables)),
    ]),
  ];
}

const settingFunctions = ({ roles }: Tenancy): SqlFunction[] => {
  const callers = [name(roles.app)];
  return [
    sqlFunction(
      ddl`planned_setting(text) returns text`,
      { volatility: 'immutable', parallel: 'safe', callers },
      ddl`begin return current_setting($1, true); end`,
    ),
    sqlFunction(
      ddl`is_as_planned(text, text) returns boolean`,
      { volatility: 'stable', parallel: 'safe', callers },
      ddl`begin return current_setting($1, true) = $2; end`,
    ),
  ];
};

function functionsOf(
  tenancy: Tenancy,
  table: DeclaredTable,
  tables: readonly DeclaredTable[],
): SqlFunction[] {
  const { planned, send, setting, hash } = visibleNames(tenancy.schema, table);
  const { link, tenant } = linkOf(table, tables);
  const callers = [name(tenancy.roles.app)];
  const sends = sqlFunction(
    ddl`${name(send)}() returns void`,
    { callers },
    ddl`
      declare
        at_home constant ${idType(tenancy)} := ${tenantOfTransaction(tenancy)};
        ids text;
      begin
        select coalesce(array_agg(distinct l.${name(link.foreignColumn)})::text, '{}') into ids
        from ${name(link.foreignTable.schema, link.foreignTable.name)} l where l.${name(tenant)} = at_home;
        if current_setting(${literal(setting)}, true) is distinct from ids then
          execute format('set local ${{ sql: setting }} = %L', ids);
          execute format('set local ${{ sql: hash }} = %L', md5(ids));
        end if;
      end
    `,
  );
  const plans = sqlFunction(
    ddl`${name(planned)}() returns ${idTypeOf(table)}[]`,
    // called when a statement is planned, which no parallel worker does
    { volatility: 'immutable', parallel: 'restricted', callers },
    ddl`
      begin
        if current_setting('application_name') not like 'citus_internal%' then
          perform ${sends.target}();
        end if;
        return nullif(current_setting(${literal(setting)}, true), '')::${idTypeOf(table)}[];
      end
    `,
  );
  return [sends, plans];
}

function linkOf(table: DeclaredTable, tables: readonly DeclaredTable[]) {
  const { link } = table;
  const target = tables.find((each) => link && pathOf(each) === pathOf(link.foreignTable));
  if (link !== undefined && target?.isolation === 'scoped' && target.tenantColumn !== undefined)
    return { link, tenant: target.tenantColumn };
  throw new TenantryError('CONFIG_INVALID', {
    found: `visibleThrough(t, …) of table ${titleOf(table)}, on Citus, through ${link === undefined ? 'no table' : titleOf(link.foreignTable)}, which has no ...isolate(t).`,
    fix: 'Name a table with a tenant column, such as memberships.',
  });
}

function idTypeOf({ columns, idColumn }: DeclaredTable): Ddl {
  const type = columns.find((each) => each.name === idColumn)?.type ?? 'text';
  return { sql: type.replace(/serial$/, type === 'serial' ? 'integer' : 'int') };
}
