import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import { copyBetween } from './copy-stream.ts';
import type { EndOfMove } from './end.ts';
import { passing } from './passing-tables.ts';
import type { Round } from './round.ts';
import { actFor, conditionOf, writtenColumns } from './tenant-session.ts';

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
export async function copyTable(round: Round, copy: TableCopy): Promise<void> {
  const { source, target } = round;
  const { from, to } = copy;
  await actFor(source, [from]);
  await actFor(target, [to]);
  // rows of people become the tenant's by another row, so their own version says nothing; without a key
  // nobody knows which row a new version replaces
  const whole = round.since === undefined || to.belonging === 'person' || to.key.length === 0;
  const columns = writtenColumns(from).join(', ');
  const changed = await pass(round, copy, passing(to), columns, whole ? undefined : round.since);
  const insert = `insert into ${to.path} (${columns}) overriding system value select ${columns} from ${passing(to)}`;
  if (to.belonging === 'person') {
    await target.query(`${insert} on conflict do nothing`);
    return;
  }
  if (!whole) {
    if (changed > 0) await removeListed(target, to, 'in', passing(to));
    await removeGone(round, copy, changed);
  } else if (round.since !== undefined || to.belonging === 'tenant') {
    // before the first round the target has no row but that of the tenant, which is the same
    await target.query(`delete from ${to.from} where ${conditionOf(to)}`);
  }
  if (changed > 0) await target.query(insert);
}

/**
 * Copies columns of the tenant's rows into a temporary table of the target.
 *
 * @param since only row versions of this transaction or a later one; of a frozen row the number may be that
 *   of an old transaction, and it is copied once more
 * @returns how many
 */
async function pass(
  { source, target, copied }: Round,
  { from }: TableCopy,
  into: string,
  columns: string,
  since: string | undefined,
): Promise<number> {
  const newer = since === undefined ? '' : ` and ${fullVersion('t.xmin')} >= ${BigInt(since)}`;
  let rows = 0;
  await copyBetween(
    {
      client: source.client,
      text: `copy (select ${columns} from ${from.from} where ${conditionOf(from)}${newer}) to stdout`,
    },
    { client: target.client, text: `copy ${into} (${columns}) from stdin` },
    (more) => {
      rows += more;
      copied(more);
    },
  );
  return rows;
}

/** The 64 bits of a transaction that has begun, of which a row has 32: the greatest that fit. */
const fullVersion = (version: string): string => {
  const next = 'pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint';
  return `(${next} - ((${next} - ${version}::text::bigint) & 4294967295))`;
};

/** Deletes the tenant's rows whose key is in a temporary table, or is not. */
function removeListed(
  target: EndOfMove,
  to: TenantTable,
  which: 'in' | 'not in',
  list: string,
): Promise<unknown> {
  const same = to.key.map((column) => `k.${name(column).sql} = t.${name(column).sql}`);
  return target.query(
    `delete from ${to.from} where ${conditionOf(to)} and ${which === 'in' ? '' : 'not '}exists
       (select from ${list} k where ${same.join(' and ')})`,
  );
}

/** Deletes rows that the source has no more. Their keys are compared only when there is one too many. */
async function removeGone(round: Round, copy: TableCopy, changed: number): Promise<void> {
  const { source, target } = round;
  const [has, keeps] = await Promise.all([countOf(source, copy.from), countOf(target, copy.to)]);
  if (keeps === has - changed) return;
  const key = copy.to.key.map((column) => name(column).sql).join(', ');
  const kept = passing(copy.to, 'kept');
  await pass({ ...round, copied: () => {} }, copy, kept, key, undefined);
  await removeListed(target, copy.to, 'not in', kept);
}

async function countOf(end: EndOfMove, table: TenantTable): Promise<number> {
  const [row] = await end.query<{ n: string }>(
    `select pg_catalog.count(*)::text as n from ${table.from} where ${conditionOf(table)}`,
  );
  return Number(row?.n ?? 0);
}
