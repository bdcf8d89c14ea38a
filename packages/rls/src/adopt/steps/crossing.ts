import { ddl, join, name } from '@tenantry/core/sql';
import { rowsOf } from '../connection.ts';
import { type AdoptFinding, mostKeys } from '../finding.ts';
import type { PlannedReference } from '../references.ts';
import { rowKey } from '../row-key.ts';
import { asReader, hidesRows, tenantsOfLogin } from './reading.ts';
import type { StepContext } from './step.ts';

/** The rows whose reference crosses into another tenant, or whose tenant does not exist. */
export async function crossing(
  context: StepContext,
  { columns, foreign, foreignColumns }: PlannedReference,
): Promise<AdoptFinding[]> {
  const { connection, live, planned, progress } = context;
  const column = columns.join(', ');
  progress(`comparing ${planned.table}.${column} with ${foreign.planned.table}`);
  const shown = rowKey(live, ddl`t.ctid`);
  const isTenants = foreign.planned.is === 'tenants';
  const wrong = isTenants
    ? ddl`p.${name(foreignColumns[0] ?? '')} is null and t.${name(column)} is not null`
    : ddl`p.${name(foreign.planned.column ?? '')} <> t.${name(planned.column ?? '')}`;
  // before it is enforced no policy shows the tenants to the system role
  const asLogin =
    isTenants && !foreign.live.forced && hidesRows(context) ? tenantsOfLogin(context) : undefined;
  const read = () =>
    rowsOf<{ rows: number; keys: AdoptFinding['keys'] }>(
      connection,
      ddl`
      with crossing as (
        select ${shown} as key, row_number() over () as nth
        from ${name(live.schema, live.name)} t
        ${isTenants ? ddl`left join` : ddl`join`} ${asLogin?.from ?? name(foreign.live.schema, foreign.live.name)} p on ${join(
          columns.map((each, i) => ddl`p.${name(foreignColumns[i] ?? '')} = t.${name(each)}`),
          ' and ',
        )}
        where ${wrong}
      )
      select count(*)::int as rows, coalesce(jsonb_agg(key order by nth) filter (where nth <= ${{ sql: String(mostKeys) }}), '[]') as keys from crossing
    `.sql,
    );
  const [row] = await asReader(
    context,
    read,
    asLogin === undefined ? { also: [foreign.planned.table] } : { first: [asLogin.made] },
  );
  const { rows = 0, keys = [] } = row ?? {};
  if (rows === 0) return [];
  if (isTenants) {
    return [
      {
        code: 'ADOPT_TENANT_UNKNOWN',
        table: planned.table,
        rows,
        keys,
        found: `${rows === 1 ? 'a row has a tenant' : `${rows} rows have tenants`} in ${column} that ${foreign.planned.table} does not have.`,
        fix: 'Insert the tenant, or correct these rows, then run adopt again.',
      },
    ];
  }
  return [
    {
      code: 'ADOPT_REFERENCE_CROSSES',
      table: planned.table,
      rows,
      keys,
      found: `${rows === 1 ? 'a row references a row' : `${rows} rows reference rows`} of ${foreign.planned.table} by ${column} that ${rows === 1 ? 'belongs' : 'belong'} to another tenant.`,
      fix: `Correct ${column} or the tenant of these rows, then run adopt again.`,
    },
  ];
}
