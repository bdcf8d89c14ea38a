import type { Tenancy } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import type { CapturedTables } from '../../rows/captured.ts';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';

/** What the log cannot say, or may not say. */
export interface LogGaps {
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
  /** Tables that are audited only since later. */
  readonly later: readonly string[];
}

/**
 * Whether the log has a table at a moment as it has it now. A schema gets triggers after the shared tables: with
 * the first migration that it has had since, unless the tenant came later, for then it was like the shared tables.
 */
const isKnown = `select c.since <= $2::timestamptz and not exists (
    select from tenantry.placements p join tenantry.places s on s.name = p.place and s.schema_name is not null
    where p.tenant = $3 and p.since < c.since and not coalesce($2::timestamptz >= (
      select min(m.applied_at) from tenantry.schema_migrations m where m.place = p.place and m.applied_at > c.since), false))
  from tenantry.captures c where c.table_name = $1`;

/**
 * Looks whether the log reaches back to a moment: whether nothing of it was deleted since, no capture
 * failed, and the tables were audited then as they are now.
 *
 * @param session as the system role
 */
export async function logGaps(
  session: Session,
  { schema }: Tenancy,
  {
    log,
    logTable,
    tables,
    tenant,
    moment,
  }: {
    readonly log: NonNullable<CapturedTables['log']>;
    readonly logTable: TenantTable;
    readonly tables: CapturedTables['tables'];
    readonly tenant: string;
    readonly moment: string;
  },
): Promise<LogGaps> {
  const own = (text: string) => textInSchema(schema, text);
  const refused: string[] = [];
  const warnings: string[] = [];
  const later: string[] = [];
  const of = (property: string) => `t.${name(log.columns[property] ?? '').sql}`;
  const [time] = await textRows(session, 'select $1::timestamptz > clock_timestamp()', [moment]);
  if (time?.[0] === 't') refused.push('the moment has not come yet');
  const retired = await textRows(
    session,
    own(`select distinct s.month from tenantry.audit_retirements r
       join tenantry.audit_seals s on s.tenant = r.tenant and s.number = r.number
       where r.tenant::text = $1 and s.month >= to_char($2::timestamptz at time zone 'UTC', 'YYYY-MM') order by 1`),
    [tenant, moment],
  );
  if (retired.length > 0)
    refused.push(
      `entries of ${retired.map(([month]) => month).join(', ')} were deleted by retention`,
    );
  const [imported] = await textRows(
    session,
    own('select 1 from tenantry.imports where tenant = $1 and imported_at > $2::timestamptz'),
    [tenant, moment],
  );
  if (imported !== undefined) refused.push('the tenant was imported here since, without entries');
  for (const table of tables) {
    const path = `${table.schema}.${table.name}`;
    const [failed] = await textRows(
      session,
      // it may have lived elsewhere when it failed
      own(`select 1 from tenantry.audit_failures f join pg_class c on c.oid = to_regclass(f.table_name)
         where f.failed_at > $3::timestamptz and c.relname = $2 and (c.relnamespace::regnamespace = to_regnamespace(quote_ident($1))
           or c.relnamespace::regnamespace in (select to_regnamespace(quote_ident(p.schema_name)) from tenantry.places p)) limit 1`),
      [table.schema, table.name, moment],
    );
    if (failed !== undefined)
      refused.push(`a capture of ${path} has failed since, and left no entry`);
    const [known] = await textRows(session, own(isKnown), [path, moment, tenant]);
    if (known?.[0] === 't') continue;
    const [before] = await textRows(
      session,
      `select 1 from ${logTable.from} where ${logTable.condition} and ${of('source')} = 'capture'
         and ${of('resourceType')} = $3 and ${of('createdAt')} <= $2::timestamptz limit 1`,
      [tenant, moment, table.resource],
    );
    if (before === undefined) later.push(path);
    else
      warnings.push(
        `${path} was audited then, but perhaps without some of its columns: this is only known for later`,
      );
  }
  return { refused, warnings, later };
}
