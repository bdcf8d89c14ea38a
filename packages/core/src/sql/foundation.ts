import type { Tenancy } from '../tenancy/tenancy.ts';
import type { FoundationOptions } from './citus-context.ts';
import { contextGrantsSql, contextSql, type PreviousTenancy } from './context.ts';
import { type Ddl, ddl, join, literal } from './ddl.ts';
import { refuseColumnChangeSql } from './fixed-columns.ts';
import { inSchema } from './in-schema.ts';
import { rolesSql } from './roles.ts';
import { searchPathSql } from './search-path.ts';

/**
 * The foundation of all tables with a tenant column: the roles, the schema of the tenancy and the context
 * functions. It is idempotent. Run it before the first table is created, as the login that will own the
 * tables.
 *
 * @param previous the roles or the context of the previous release, which are served too while its code
 *   still runs
 */
export function foundationSql(
  tenancy: Tenancy,
  previous: PreviousTenancy = {},
  options: FoundationOptions = {},
): Ddl {
  const all = join(
    [
      searchPathSql,
      rolesSql(tenancy),
      ddl`create schema if not exists tenantry;`,
      ownerMarkSql(tenancy),
      contextSql(tenancy, previous, options),
      refuseColumnChangeSql(tenancy),
      contextGrantsSql(tenancy),
      hardeningSql,
    ],
    '\n\n',
  );
  return inSchema(tenancy.schema, all);
}

/**
 * Marks the schema as that of this tenancy, and refuses a schema of another one: its functions have the
 * same names, and replacing them would lock out the other application. A schema without a mark (made by
 * an earlier version) is recognised by the setting that its context function reads.
 */
function ownerMarkSql({ tenant, roles, setting }: Tenancy): Ddl {
  const mark = literal(`tenancy of ${tenant}, roles ${roles.app} and ${roles.system}`);
  return ddl`
    do $tenantry$
    declare
      wanted constant text := ${mark};
      mark constant text := obj_description($name$ tenantry $name$::regnamespace, 'pg_namespace');
      foreign_context constant boolean := exists (select from pg_proc
        where oid = to_regprocedure($name$tenantry.current_tenant()$name$) and position(${literal(`'${setting}'`)} in prosrc) = 0);
    begin
      if mark <> wanted or mark is null and foreign_context then
        raise exception $text$schema tenantry belongs to another tenancy (%), not to this one (%)$text$, coalesce(mark, 'without a mark'), wanted
          using errcode = '42P06',
            hint = format($text$Name a schema for this tenancy, defineTenancy({ schema: '…' }), or give it a database of its own. If it is the same tenancy under a new name, first run: comment on schema tenantry is %L;$text$, wanted);
      end if;
    end
    $tenantry$;
    comment on schema tenantry is ${mark};
  `;
}

/**
 * Revokes from PUBLIC the rights that a stolen login could use to shadow tables: creating objects in
 * schema public (the default before PostgreSQL 15) and temporary tables. Only an owner can do this;
 * others get a notice.
 */
const hardeningSql = ddl`
  do $tenantry$
  begin
    begin
      revoke create on schema public from public;
      execute format('revoke temporary on database %I from public', current_database());
    exception when insufficient_privilege or invalid_schema_name then
      raise notice 'tenantry: the owner of the database should revoke CREATE on schema public and TEMPORARY from PUBLIC';
    end;
  end
  $tenantry$;
`;
