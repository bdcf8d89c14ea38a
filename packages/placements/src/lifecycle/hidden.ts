import { TenantryError } from '@tenantry/core';
import type { TenantTable } from '../rows/index.ts';
import { type Session, textRows } from './client.ts';

/** Conditions on table `c` and role `r`: whether policies let the role see and write every row. */
export const seesAll = `
  r.rolsuper or r.rolbypassrls or not c.relrowsecurity
  or (pg_catalog.pg_has_role(r.oid, c.relowner, 'usage') and not c.relforcerowsecurity)
  or (exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('*', 'r')
      and pg_catalog.pg_get_expr(p.polqual, p.polrelid) = 'true'
      and exists (select from pg_catalog.unnest(p.polroles) o where o = 0 or pg_catalog.pg_has_role(r.oid, o, 'usage')))
    and not exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid and not p.polpermissive
      and pg_catalog.pg_get_expr(p.polqual, p.polrelid) is distinct from 'true'
      and exists (select from pg_catalog.unnest(p.polroles) o where o = 0 or pg_catalog.pg_has_role(r.oid, o, 'usage'))))`;

/**
 * Refuses a role that policies do not show every row: what it does not see would be missing without a word.
 * @throws TenantryError `TENANT_ROWS_HIDDEN`
 */
export async function refuseHidden(
  session: Session,
  tables: readonly TenantTable[],
): Promise<void> {
  const hidden = await textRows(
    session,
    `select c.oid::pg_catalog.regclass::text from pg_catalog.pg_class c, pg_catalog.pg_roles r
     where c.oid = any ($1::oid[]) and r.rolname = current_user and not (${seesAll}) order by 1`,
    [tables.map(({ oid }) => oid)],
  );
  if (hidden.length > 0) {
    throw new TenantryError('TENANT_ROWS_HIDDEN', {
      found: `policies hide rows of ${hidden.map(([table]) => table).join(', ')}.`,
    });
  }
}
