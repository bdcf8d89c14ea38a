import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import type { Round } from './copy-rows.ts';
import { copyBetween } from './copy-stream.ts';
import type { EndOfMove } from './end-of-move.ts';
import { asReaching, conditionOf, writtenColumns } from './tenant-session.ts';

/** A table at the source and at the target. */
export interface TableCopy {
  readonly from: TenantTable;
  readonly to: TenantTable;
}

/**
 * Brings the rows of a tenant in one table to what the source has. The values travel in COPY's text format,
 * which is exact for every type. They pass a temporary table, because COPY does not write into tables with
 * policies.
 */
export async function copyTable(round: Round, { from, to }: TableCopy): Promise<void> {
  const { target, tenancy, copied } = round;
  // rows of people become the tenant's by another row, so their own version says nothing; without a key
  // nobody knows which row a new version replaces
  const whole = round.since === undefined || to.belonging === 'person' || to.key.length === 0;
  const since = whole ? undefined : round.since;
  const columns = writtenColumns(from).join(', ');
  const changed = await pass(round, { from, to }, 'moved', columns, since, copied);
  const at = `${name(to.schema, to.name).sql}`;
  if (to.belonging === 'person') {
    await asReaching(target, tenancy, to, () =>
      target.query(`${insertSql(at, columns)} on conflict do nothing`),
    );
  } else {
    // before the first round the target has no row but that of the tenant, which is the same
    if (since === undefined) {
      if (round.since !== undefined || to.belonging === 'tenant') await removeAll(round, to);
    } else {
      if (changed > 0) await removeListed(round, to, 'in', 'moved');
      await removeGone(round, { from, to }, changed);
    }
    if (changed > 0)
      await asReaching(target, tenancy, to, () => target.query(insertSql(at, columns)));
  }
  await target.query('drop table pg_temp.tenantry_moved');
}

const insertSql = (at: string, columns: string) =>
  `insert into ${at} (${columns}) overriding system value select ${columns} from pg_temp.tenantry_moved`;

/**
 * Copies columns of the tenant's rows into a temporary table of the target.
 * @param since only row versions of this transaction or a later one; of a frozen row the number may be that
 *   of an old transaction, and it is copied once more
 */
async function pass(
  { source, target, tenancy }: Round,
  { from, to }: TableCopy,
  called: 'moved' | 'kept',
  columns: string,
  since: string | undefined,
  copied: (rows: number) => void,
): Promise<number> {
  const passing = `pg_temp.tenantry_${called}`;
  const version = 't.xmin::text::bigint';
  const newer = since === undefined ? '' : ` and ${fullVersion(version)} >= ${BigInt(since)}`;
  await target.query(
    `create temp table tenantry_${called} on commit drop as select ${columns} from ${name(to.schema, to.name).sql} with no data`,
  );
  await target.query(`grant select on ${passing} to ${name(tenancy.roles.system).sql}`);
  let rows = 0;
  await asReaching(source, tenancy, from, () =>
    copyBetween(
      {
        client: source.client,
        text: `copy (select ${columns} from ${from.from} where ${conditionOf(from)}${newer}) to stdout`,
      },
      { client: target.client, text: `copy ${passing} (${columns}) from stdin` },
      (more) => {
        rows += more;
        copied(more);
      },
    ),
  );
  return rows;
}

/** The 64 bits of a transaction whose 32 are known: the greatest that has begun. */
const fullVersion = (version: string): string => {
  const next = 'pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint';
  return `(${next} - ((${next} - ${version}) & 4294967295))`;
};

const removeAll = ({ target, tenancy }: Round, to: TenantTable) =>
  asReaching(target, tenancy, to, () =>
    target.query(`delete from ${to.from} where ${conditionOf(to)}`),
  );

/** Deletes the tenant's rows whose key is in the temporary table, or is not. */
function removeListed(
  { target, tenancy }: Round,
  to: TenantTable,
  which: 'in' | 'not in',
  called: 'moved' | 'kept',
): Promise<unknown> {
  const same = to.key.map((column) => `k.${name(column).sql} = t.${name(column).sql}`);
  return asReaching(target, tenancy, to, () =>
    target.query(
      `delete from ${to.from} where ${conditionOf(to)} and ${which === 'in' ? '' : 'not '}exists
         (select from pg_temp.tenantry_${called} k where ${same.join(' and ')})`,
    ),
  );
}

/** Deletes rows that the source has no more. Their keys are compared only when there is one too many. */
async function removeGone(round: Round, copy: TableCopy, changed: number): Promise<void> {
  const { source, target } = round;
  const [has, keeps] = await Promise.all([
    countOf(source, round, copy.from),
    countOf(target, round, copy.to),
  ]);
  if (keeps === has - changed) return;
  const key = copy.to.key.map((column) => name(column).sql).join(', ');
  await pass(round, copy, 'kept', key, undefined, () => {});
  await removeListed(round, copy.to, 'not in', 'kept');
  await target.query('drop table pg_temp.tenantry_kept');
}

async function countOf(end: EndOfMove, { tenancy }: Round, table: TenantTable): Promise<number> {
  const [row] = await asReaching(end, tenancy, table, () =>
    end.query<{ n: string }>(
      `select pg_catalog.count(*)::text as n from ${table.from} where ${conditionOf(table)}`,
    ),
  );
  return Number(row?.n ?? 0);
}
