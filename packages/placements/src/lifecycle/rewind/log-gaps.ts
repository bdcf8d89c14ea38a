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
      own(`select 1 from tenantry.audit_failures f where f.failed_at > $2::timestamptz
         and to_regclass(f.table_name) = $1::regclass limit 1`),
      [name(table.schema, table.name).sql, moment],
    );
    if (failed !== undefined)
      refused.push(`a capture of ${path} has failed since, and left no entry`);
    const [known] = await textRows(
      session,
      own('select since <= $2::timestamptz from tenantry.captures where table_name = $1'),
      [path, moment],
    );
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
