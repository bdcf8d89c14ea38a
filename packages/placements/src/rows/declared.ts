import type { Tenancy } from '@tenantry/core';
import { ddl, literal, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { FeatureInput } from '@tenantry/rls/feature';
import type { DeclaredTable } from '@tenantry/rls/model';

/** What only the Drizzle schema says about a table. */
export type SaidOfTable = Pick<
  DeclaredTable,
  'schema' | 'name' | 'isolation' | 'tenantColumn' | 'link'
>;

/**
 * `tenantry.declared_tables()`: how the schema module isolates each table. A command has a database and no
 * schema module.
 */
export function declaredTables(tenancy: Tenancy, tables: readonly SaidOfTable[]): SqlFunction {
  const system = name(tenancy.roles.system);
  const said: SaidOfTable[] = tables.flatMap((table) =>
    table.isolation === undefined
      ? []
      : [
          {
            schema: table.schema,
            name: table.name,
            isolation: table.isolation,
            tenantColumn: table.tenantColumn,
            link: table.link,
          },
        ],
  );
  return sqlFunction(
    ddl`declared_tables() returns jsonb`,
    { volatility: 'stable', callers: [system] },
    ddl`
      begin
        return ${literal(JSON.stringify(said))}::jsonb;
      end
    `,
  );
}

/**
 * What the schema module says. On Citus no policy can follow a link, so nothing declares that users are those of
 * the tenants that they are members of; the marks of @tenantry/rbac say it.
 */
export function saidOf(input: FeatureInput): SaidOfTable[] {
  const [users, members] = [input.marked('rbac:users'), input.marked('rbac:memberships')];
  if (input.tenancy.dialect !== 'citus' || users === undefined || members === undefined)
    return [...input.tables];
  const link = {
    column: users.property('id'),
    foreignTable: { schema: members.schema, name: members.name },
    foreignColumn: members.property('userId'),
  };
  return input.tables.map((each) =>
    each.table === users.table ? { ...each, isolation: 'visible', link } : each,
  );
}
