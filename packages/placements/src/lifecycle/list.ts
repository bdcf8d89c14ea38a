import type { Tenancy } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from './client.ts';
import { tenantDirectory } from './find-tenant.ts';

/** A tenant in the list: its id, its names, and how it is placed. */
export type ListedTenant = Readonly<Record<string, string | null>>;

/** All tenants, with their place and whether they are suspended. */
export async function listTenants(session: Session, tenancy: Tenancy): Promise<ListedTenant[]> {
  const { table, id, names } = await tenantDirectory(session, tenancy);
  const columns = [id, ...names];
  const rows = await textRows(
    session,
    textInSchema(
      tenancy.schema,
      `select ${columns.map((column) => `t.${name(column).sql}::text`).join(', ')}, p.place,
         case when p.moving then 'moving' when p.suspended_at is not null then 'suspended' else 'active' end,
         to_char(p.suspended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), p.suspended_for
       from ${table.from} left join tenantry.placements p on p.tenant = t.${name(id).sql}::text order by 2, 1`,
    ),
  );
  const keys = [...columns, 'place', 'state', 'suspendedAt', 'reason'];
  return rows.map((row) => Object.fromEntries(keys.map((key, i) => [key, row[i] ?? null])));
}
