import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import { type Session, textRows } from './client.ts';
import { seesAll } from './hidden.ts';

/** Switches a connection to the role that may write a table, or back to the login. */
export type WorkAs = (table: TenantTable | 'login') => Promise<void>;

/**
 * Finds for each table a role that may write all its rows, and that the login may take on: the login
 * itself, the system role, or another role with the right, such as that of the audit log. A rented server
 * gives nobody a role that may write everything.
 *
 * @param rights what it has to do there
 * @throws TenantryError `TENANT_ROWS_HIDDEN`
 */
export async function writingRoles(
  session: Session,
  tables: readonly TenantTable[],
  tenancy: Pick<Tenancy, 'roles'>,
  ...rights: readonly ('INSERT' | 'UPDATE' | 'DELETE')[]
): Promise<WorkAs> {
  const rows = await textRows(
    session,
    `select distinct on (c.oid) c.oid::text, r.rolname::text
     from pg_catalog.pg_class c cross join pg_catalog.pg_roles r
     where c.oid = any ($1::oid[]) and pg_catalog.pg_has_role(session_user, r.oid,
         case when pg_catalog.current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end)
       and (select pg_catalog.bool_and(pg_catalog.has_table_privilege(r.oid, c.oid, o)) from pg_catalog.unnest($2::text[]) o) and pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT')
       and (${seesAll})
       and (r.rolname in (session_user, $3) or exists (select from pg_catalog.aclexplode(c.relacl) a where a.grantee = r.oid))
     order by c.oid, r.rolname = session_user desc, r.rolname = $3 desc, r.rolname`,
    [tables.map(({ oid }) => oid), rights, tenancy.roles.system],
  );
  const roles = new Map(rows.map(([oid, role]) => [Number(oid), role ?? '']));
  const closed = tables.filter(({ oid }) => !roles.has(oid));
  if (closed.length > 0) {
    const found = closed.map(({ schema, name: each }) => `${schema}.${each}`).join(', ');
    throw new TenantryError('TENANT_ROWS_HIDDEN', {
      found: `no role of the login may ${rights.join(', ')} every row of ${found}.`,
      fix: 'Use the login that migrates.',
    });
  }
  let last: string | undefined;
  return async (table) => {
    const role = table === 'login' ? undefined : roles.get(table.oid);
    if (role === last) return;
    await session.query(role === undefined ? 'reset role' : `set local role ${name(role).sql}`);
    last = role;
  };
}
