import type { Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from './client.ts';

/** How a transaction is permitted to change a log that only grows. */
export interface Permitting {
  readonly text: string;
  values(tenant: string, allowed: boolean): unknown[];
}

/** Undefined without the log. On a cluster the permit is on the shard of the tenant. */
export async function permitOf(
  session: Session,
  { schema }: Pick<Tenancy, 'schema'>,
): Promise<Permitting | undefined> {
  const own = (text: string) => textInSchema(schema, text);
  const [row] = await textRows(
    session,
    `select p.pronargs::text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = $1 and p.proname = 'audit_permit'`,
    [schema],
  );
  if (row === undefined) return undefined;
  return row[0] === '2'
    ? {
        text: own('select tenantry.audit_permit($1, $2)'),
        values: (tenant, allowed) => [tenant, allowed],
      }
    : { text: own('select tenantry.audit_permit($1)'), values: (_, allowed) => [allowed] };
}
