import { ddl, inSchema, name } from '@tenantry/core/sql';
import { findTable } from '../facts.ts';
import { quotedPath, type SourceContext } from './sources.ts';
import type { StepContext } from './step.ts';

/** The tables that a transaction over the rows of a table reads. */
const readTables = (
  { plan, planned, live }: SourceContext,
  also: readonly string[],
): readonly string[] => [
  ...new Set([
    ...also,
    `${live.schema}.${live.name}`,
    ...(plan.members === null ? [] : [plan.members.table]),
    ...(planned.fill ?? []).flatMap((source) => (source.from === 'parent' ? [source.parent] : [])),
  ]),
];

/** Whether policies of one of these tables would hide rows from the login, which owns it. */
export const hidesRows = (context: SourceContext, also: readonly string[] = []): boolean =>
  context.facts.isBound &&
  readTables(context, also).some((table) => findTable(context.facts, table)?.forced === true);

/**
 * What a transaction over the rows of a table begins with: the system role, where policies would hide rows
 * from the login.
 * @param also tables that are read besides that of the step and those that its tenant comes from
 */
export function readingRole(context: SourceContext, also: readonly string[] = []): string[] {
  if (!hidesRows(context, also)) return [];
  const { live, tenancy } = context;
  const system = name(tenancy.roles.system);
  return [
    // those that its tenant comes from are granted with the trigger that reads them
    ...[...also, `${live.schema}.${live.name}`].flatMap((table) => [
      ddl`grant usage on schema ${name(table.slice(0, table.indexOf('.')))} to ${system}`.sql,
      ddl`grant select on ${quotedPath(table)} to ${system}`.sql,
    ]),
    ddl`grant update on ${name(live.schema, live.name)} to ${system}`.sql,
    ddl`set local role ${system}`.sql,
  ];
}

/**
 * The tenants as the login sees them, for a reader who has taken on the system role: no policy shows them to
 * it before they are enforced.
 */
export const tenantsOfLogin = ({ plan, tenancy }: SourceContext) => ({
  from: inSchema(tenancy.schema, ddl`tenantry.adopt_tenants()`),
  made: inSchema(
    tenancy.schema,
    ddl`
      create function tenantry.adopt_tenants() returns setof ${quotedPath(plan.tenants.table)}
        language sql stable security definer set search_path = pg_catalog, pg_temp
        as $$ select * from ${quotedPath(plan.tenants.table)} $$;
      revoke execute on function tenantry.adopt_tenants() from public;
      grant execute on function tenantry.adopt_tenants() to ${name(tenancy.roles.system)}
    `,
  ).sql,
});

/**
 * Reads rows in one transaction and takes it back, past the policies of tables that are forced already.
 * @param first what the login does before it takes on the system role
 */
export async function asReader<R>(
  context: SourceContext & Pick<StepContext, 'connection'>,
  fn: () => Promise<R>,
  { also = [], first = [] }: { also?: readonly string[]; first?: readonly string[] } = {},
): Promise<R> {
  const { connection } = context;
  await connection.query('begin; set local statement_timeout = 0');
  try {
    for (const sql of [...first, ...readingRole(context, also)]) await connection.query(sql);
    return await fn();
  } finally {
    await connection.query('rollback').catch(() => {});
  }
}
