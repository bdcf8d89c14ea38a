import type { TenantTable } from '../rows/index.ts';
import { copyBetween } from './copy-stream.ts';
import type { Round } from './round.ts';
import { actFor, conditionOf } from './tenant-session.ts';

/** A table at the source and at the target. */
export interface TableCopy {
  readonly from: TenantTable;
  readonly to: TenantTable;
}

/**
 * Copies columns of the tenant's rows into a temporary table of the target. The values travel in COPY's text
 * format, which is exact for every type. They pass a temporary table, because COPY does not write into tables
 * with policies.
 *
 * @param which further conditions on the rows `t`
 * @returns how many
 */
export async function pass(
  { source, target, copied }: Pick<Round, 'source' | 'target' | 'copied'>,
  { from, to }: TableCopy,
  into: string,
  columns: readonly string[],
  which: readonly string[] = [],
): Promise<number> {
  await actFor(source, [from]);
  await actFor(target, [to]);
  const list = columns.join(', ');
  const where = [conditionOf(source, from), ...which].join(' and ');
  let rows = 0;
  await copyBetween(
    {
      ...source,
      text: `copy (select ${list} from ${from.from} where ${where}) to stdout`,
    },
    { ...target, text: `copy ${into} (${list}) from stdin` },
    (more) => {
      rows += more;
      copied(more);
    },
  );
  return rows;
}

/**
 * Whether a row `t` is of this transaction or a later one. A frozen row may keep the number of an old
 * transaction, by which it looks later: it is copied once more.
 */
export const newerSql = (seen: string): string =>
  `pg_catalog.age(t.xmin) <= (select pg_catalog.age('${BigInt(seen) & 0xffff_ffffn}'::pg_catalog.xid))`;
