import type pg from 'pg';

/**
 * `CREATE DATABASE … TEMPLATE` copies neither `GRANT … ON DATABASE` nor `ALTER DATABASE … SET`. The
 * server writes the statements that do, with its own quoting. List settings are stored already quoted, so
 * their text is used unchanged.
 */
const statementsSql = `
  with pair as (
    select oid, datacl, datdba, $2::text as clone from pg_catalog.pg_database where datname = $1
  ),
  grants as (
    select acl.*, pair.clone, coalesce(quote_ident(r.rolname), 'public') as who
      from pair, pg_catalog.aclexplode(pair.datacl) acl
      left join pg_catalog.pg_roles r on r.oid = acl.grantee
  )
  select 1 as step, format('revoke all on database %I from public', clone) as statement
    from pair where datacl is not null
  union all
  select 2, format('grant %s on database %I to %s%s', privilege_type, clone, who,
                   case when is_grantable then ' with grant option' else '' end)
    from grants
  union all
  select 3, format('alter %s set %I to %s',
                   case when s.setrole = 0 then format('database %I', pair.clone)
                        else format('role %I in database %I', r.rolname, pair.clone)
                   end,
                   split_part(entry, '=', 1),
                   case when split_part(entry, '=', 1) in ('search_path', 'temp_tablespaces',
                             'local_preload_libraries', 'session_preload_libraries')
                        then substr(entry, strpos(entry, '=') + 1)
                        else quote_literal(substr(entry, strpos(entry, '=') + 1)) end)
    from pair
    join pg_catalog.pg_db_role_setting s on s.setdatabase = pair.oid
    left join pg_catalog.pg_roles r on r.oid = s.setrole,
         unnest(s.setconfig) entry
  order by step`;

/** Gives a copy of a database the privileges and the settings of its source. */
export async function copyDatabaseProperties(
  client: pg.Client,
  source: string,
  copy: string,
): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(statementsSql, [source, copy]);
  if (rows.length === 0) return;
  await client.query(rows.map(({ statement }) => statement).join(';\n'));
}
