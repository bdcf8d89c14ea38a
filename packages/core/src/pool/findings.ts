import { TenantryError } from '../errors/index.ts';
import { MessageWriter, type WireValue } from '../wire/message-writer.ts';
import type { PooledSession } from './pooled-session.ts';

/** Schema, name, and the quoted path. */
export type FoundTable = [schema: string, name: string, quoted: string];

/** What the start check reads. */
export interface Findings {
  readonly login: string;
  readonly pid: number;
  readonly login_dangers: string[];
  readonly app_state: 'missing' | 'bypasses' | 'is-system' | 'not-granted' | 'ok';
  readonly system_state: 'missing' | 'not-granted' | 'ok';
  readonly prepared: boolean;
  readonly strange_owners: string[];
  readonly open_tables: FoundTable[];
  /** Tables whose rows Citus keeps on its workers. */
  readonly distributed: FoundTable[];
  readonly has_citus: boolean;
  /** Tables that the app role or the login owns, directly or as a member of the owner. */
  readonly app_owns: FoundTable[];
  readonly login_owns: FoundTable[];
}

/**
 * Reads from the catalogue, as the login of the pool, whether this database can isolate: roles,
 * functions, and every table that the app role reaches. No lock, no superuser needed.
 */
const findingsQuery = `
with app as (select * from pg_catalog.pg_roles where rolname = $1),
system as (select * from pg_catalog.pg_roles where rolname = $2),
login as (select * from pg_catalog.pg_roles where rolname = session_user),
reached as (
  select c.oid, c.relowner, c.relrowsecurity and (c.relforcerowsecurity or not $4) as isolated,
    pg_catalog.json_build_array(n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname)) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace, app
  where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', $3)
    -- what another tenancy keeps
    and coalesce(pg_catalog.obj_description(n.oid, 'pg_namespace'), '') !~ '^tenancy of '
    and pg_catalog.has_schema_privilege(app.oid, n.oid, 'usage')
    and (pg_catalog.has_any_column_privilege(app.oid, c.oid, 'select, insert, update')
      or pg_catalog.has_table_privilege(app.oid, c.oid, 'delete, truncate'))
)
select session_user::text as login, pg_catalog.pg_backend_pid() as pid,
  (select pg_catalog.array_remove(array[
    case when rolsuper then 'is a superuser' end,
    case when rolbypassrls then 'has BYPASSRLS' end,
    case when not rolsuper and exists (select from pg_catalog.pg_roles r where (r.rolbypassrls or r.rolsuper or r.rolname = $2)
      and r.oid <> login.oid and pg_catalog.pg_has_role(login.oid, r.oid, 'member')) then 'can become a role that sees all tenants' end
  ], null) from login) as login_dangers,
  coalesce((select case
    when rolsuper or rolbypassrls then 'bypasses'
    when exists (select from system where pg_catalog.pg_has_role(app.oid, system.oid, 'member')) then 'is-system'
    when not pg_catalog.pg_has_role(session_user, app.oid, 'member') then 'not-granted'
    else 'ok' end from app), 'missing') as app_state,
  coalesce((select case when pg_catalog.pg_has_role(session_user, system.oid, 'member') then 'ok'
    else 'not-granted' end from system), 'missing') as system_state,
  coalesce((select pg_catalog.has_schema_privilege(app.oid, n.oid, 'usage')
      and pg_catalog.has_function_privilege(app.oid, p.oid, 'execute')
    from app, pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = $3 and p.proname = 'current_tenant' and p.pronargs = 0), false) as prepared,
  array(select pg_catalog.format('%I.%I belongs to %s, not to %s', n.nspname, p.proname, pg_catalog.pg_get_userbyid(p.proowner), $2)
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace, system
    where n.nspname = $3 and p.proname in ('enter', 'enter_member') and p.proowner <> system.oid
      and not exists (select from pg_catalog.pg_roles r where r.oid = p.proowner and (r.rolsuper or r.rolbypassrls))
    order by p.proname) as strange_owners,
  coalesce((select pg_catalog.json_agg(name order by name ->> 2) from reached where not isolated), '[]') as open_tables,
  exists (select from pg_catalog.pg_extension where extname = 'citus') as has_citus,
  coalesce((select pg_catalog.json_agg(name order by name ->> 2) from reached where exists (
    select from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
    where t.tgrelid = reached.oid and p.proname = 'citus_truncate_trigger')), '[]') as distributed,
  coalesce((select pg_catalog.json_agg(name) from reached, app
    where pg_catalog.pg_has_role(app.oid, relowner, 'member')), '[]') as app_owns,
  coalesce((select pg_catalog.json_agg(name) from reached, login
    where not rolsuper and pg_catalog.pg_has_role(login.oid, relowner, 'member')), '[]') as login_owns`;

/** Another query of the same round trip, which returns one text. */
export interface AlsoRead {
  readonly text: string;
  readonly values: WireValue[];
  read(text: string | null | undefined): void;
}

/**
 * Reads the findings on a new connection.
 * @param values the app role, the system role, the schema of the tenancy, and whether policies bind owners
 */
export async function readFindings(
  session: PooledSession,
  values: WireValue[],
  also?: AlsoRead,
): Promise<Findings> {
  // as one text, which no type parser of the application can change
  let found: string | null | undefined;
  const writer = new MessageWriter(8192)
    // that timeout is meant for the application's statements; with many tables this check may take
    // longer, once
    .parse('', `select pg_catalog.set_config('statement_timeout', '0', true)`)
    .bind('', [])
    .execute()
    .parse('', `select pg_catalog.row_to_json(found)::text from (${findingsQuery}) found`)
    .bind('', values)
    .execute();
  if (also !== undefined) writer.parse('', also.text).bind('', also.values).execute();
  const flight = await session.fly(writer.sync().bytes(), [
    { onRow() {}, onComplete() {} },
    {
      onRow: ([text]) => {
        found = text;
      },
      onComplete() {},
    },
    { onRow: ([text]) => also?.read(text), onComplete() {} },
  ]);
  if (flight.error !== undefined) throw flight.error;
  return findingsOf(found);
}

/** @throws TenantryError `POOL_UNAVAILABLE` when a proxy or another server returned an unexpected answer. */
function findingsOf(text: string | null | undefined): Findings {
  try {
    return JSON.parse(text as string) as Findings;
  } catch {
    throw new TenantryError('POOL_UNAVAILABLE', {
      found: 'the answer to the check of roles and tables is not one of PostgreSQL',
      fix: 'Let the connection string lead to PostgreSQL, or to a pooler in front of it.',
    });
  }
}
