import { createHash, type Hash } from 'node:crypto';
import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import { type Session, type TextRow, textRows } from '../client.ts';
import type { WorkAs } from '../writing-roles.ts';
import {
  compared,
  differs,
  present,
  sameKey,
  there,
  unknown,
  type Wanted,
  wantedName,
} from './wanted.ts';

/** A row that changes: it comes back, gets other values, or goes. */
export interface RowDifference {
  readonly change: 'insert' | 'update' | 'delete';
  /** The columns of the key, without the tenant. */
  readonly key: Readonly<Record<string, string | null>>;
  /** The columns that change: their values now and then, where the log shows them. */
  readonly columns: Readonly<Record<string, { now: string | null; was: string | null } | 'hidden'>>;
}

/** What changes in a table. */
export interface TableDifference {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Columns that stay as they are, or get their default in a row that comes back. */
  readonly kept: readonly string[];
  /** The first rows, in the order of the key. */
  readonly rows: readonly RowDifference[];
}

const fetched = 1000;

/**
 * Compares the wanted rows of a table with those that are there.
 * @param digest is fed with every difference: equal digests are equal differences
 * @param most how many rows are described
 */
export async function differencesOf(
  session: Session,
  workAs: WorkAs,
  wanted: Wanted,
  {
    tenant,
    digest,
    most,
  }: { readonly tenant: string; readonly digest: Hash; readonly most: number },
): Promise<TableDifference> {
  const { table } = wanted;
  await workAs(table);
  await session.query(`declare tenant_differences no scroll cursor for ${differencesSql(wanted)}`, [
    tenant,
  ]);
  const counts = { insert: 0, update: 0, delete: 0 };
  const rows: RowDifference[] = [];
  for (;;) {
    const part = await textRows(session, `fetch forward ${fetched} from tenant_differences`);
    if (part.length === 0) break;
    for (const row of part) {
      const difference = differenceOf(wanted, row);
      counts[difference.change]++;
      digest.update(JSON.stringify([pathOf(table), row]));
      if (rows.length < most) rows.push(difference);
    }
  }
  await session.query('close tenant_differences');
  return {
    table: pathOf(table),
    inserted: counts.insert,
    updated: counts.update,
    deleted: counts.delete,
    kept: keptColumns(wanted),
    rows,
  };
}

/** All digests begin like this. */
export const newDigest = () => createHash('sha256');

function differencesSql(wanted: Wanted): string {
  const { table, columns } = wanted;
  const [first = ''] = table.key;
  const isThere = `t.${name(first).sql} is not null`;
  const any = columns.map((column) => differs(wanted, column)).join(' or ');
  const key = table.key.map((column) => `w.${name(column).sql}`);
  const values = compared(wanted).map(
    // a default that is not yet written differs each time
    (value, i) =>
      value.startsWith('w.')
        ? `case when '${(columns[i >> 1] ?? '').replaceAll("'", "''")}' = any (${unknown}) then null else ${value} end`
        : value,
  );
  return `select case when not ${there} then 'delete' when ${isThere} then 'update' else 'insert' end,
      array_to_json(${unknown})::text, ${[...key.map((column) => `${column}::text`), ...values].join(', ')}
    from ${wantedName(table)} w left join ${present(table)} on ${sameKey(table)}
    where (${there} <> (${isThere}))${any === '' ? '' : ` or (${there} and ${isThere} and (${any}))`}
    order by ${key.join(', ')}`;
}

function differenceOf({ table, columns, hidden }: Wanted, row: TextRow): RowDifference {
  const [change, unknownColumns, ...rest] = row;
  const notKnown = new Set(JSON.parse(unknownColumns ?? '[]') as string[]);
  const values = rest.slice(table.key.length);
  const key = table.key.flatMap((column, i): [string, string | null][] =>
    column === table.tenantColumn ? [] : [[column, rest[i] ?? null]],
  );
  const changed = columns.flatMap(
    (column, i): [string, { now: string | null; was: string | null } | 'hidden'][] => {
      const [was = null, now = null] = values.slice(2 * i, 2 * i + 2);
      if (change === 'update' && (notKnown.has(column) || was === now)) return [];
      if (change === 'insert' && notKnown.has(column)) return [];
      return [[column, hidden.has(column) ? 'hidden' : { now, was }]];
    },
  );
  return {
    change: change as RowDifference['change'],
    key: Object.fromEntries(key),
    columns: Object.fromEntries(changed),
  };
}

/** Columns that a statement could write, and that are not brought back. */
const keptColumns = ({ table, columns }: Wanted): string[] =>
  table.columns
    .filter(({ name: column, generated }) => !generated && !columns.includes(column))
    .filter(({ name: column }) => column !== table.tenantColumn && !table.key.includes(column))
    .map(({ name: column }) => column);
