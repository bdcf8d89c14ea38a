import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, literal, name, sqlLiteral } from '@tenantry/core/sql';
import { barredSchema } from './names.ts';

/**
 * Bars the names of the tables that may live in a schema of a tenant: a composite type of that name comes
 * before `public` in the search path, and nothing can be read from it or written to it (42809). It is also
 * the list of these tables, which `tenantry places add` and doctor read.
 */
export function barredSql(tenancy: Tenancy, tables: readonly string[]): Ddl {
  const barred = barredSchema(tenancy);
  const [app, system] = [name(tenancy.roles.app), name(tenancy.roles.system)];
  const types = tables.map((table) => {
    const type = name(barred, table);
    return ddl`
      if to_regtype(${sqlLiteral(type)}) is null then
        create type ${type} as ();
      end if;
    `;
  });
  return ddl`
    create schema if not exists ${name(barred)};
    revoke all on schema ${name(barred)} from public;
    grant usage on schema ${name(barred)} to ${app}, ${system};
    do $tenantry$
    declare
      stale record;
    begin
      ${join(types, '\n')}
      for stale in
        select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
        where n.nspname = ${literal(barred)} and t.typtype = 'c' and t.typname <> all (array[${join(tables.map(literal))}]::text[])
      loop
        execute format('drop type %I.%I', ${literal(barred)}, stale.typname);
      end loop;
    end
    $tenantry$;
  `;
}
