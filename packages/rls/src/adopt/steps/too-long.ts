import { ddl, join, name } from '@tenantry/core/sql';
import { rowsOf } from '../connection.ts';
import { type AdoptFinding, mostKeys } from '../finding.ts';
import { rowKey } from '../row-key.ts';
import { asReader } from './reading.ts';
import type { PlannedIndex, StepContext } from './step.ts';

/** The most bytes of an entry of a b-tree, with 8 of its header, on pages of 8 kB. */
const mostBytes = 2704;

/** Types whose values never come near. */
const isShort = (type: string): boolean =>
  /^(smallint|integer|bigint|real|double precision|boolean|uuid|date|time|timestamp|interval|oid|inet|cidr|macaddr8?|"char"|name)\b/.test(
    type,
  ) && !type.endsWith(']');

/**
 * The rows with more bytes in the columns of an index than an entry can have: the server would refuse to
 * build the index when it meets the first of them.
 */
export async function tooLong(
  context: StepContext,
  index: PlannedIndex,
): Promise<readonly AdoptFinding[]> {
  const { connection, live, planned, progress } = context;
  const long = index.columns.filter(
    (column) => !isShort(live.columns.find((each) => each.name === column)?.type ?? 'uuid'),
  );
  if (long.length === 0) return [];
  progress(`looking for values of ${planned.table} that are too long for ${index.name}`);
  const bytes = join(
    index.columns.map((column) => ddl`coalesce(pg_column_size(t.${name(column)}), 0)`),
    ' + ',
  );
  const limit = { sql: String(mostBytes - 8) };
  const [row] = await asReader(context, () =>
    rowsOf<{ rows: number; keys: AdoptFinding['keys'] }>(
      connection,
      ddl`
        with long as (
          select ${rowKey(live, ddl`t.ctid`)} as key, row_number() over () as nth
          from ${name(live.schema, live.name)} t where ${bytes} > ${limit}
        )
        select count(*)::int as rows, coalesce(jsonb_agg(key order by nth) filter (where nth <= ${{ sql: String(mostKeys) }}), '[]') as keys from long
      `.sql,
    ),
  );
  const { rows = 0, keys = [] } = row ?? {};
  if (rows === 0) return [];
  return [
    {
      code: 'ADOPT_KEY_TOO_LONG',
      table: planned.table,
      rows,
      keys,
      found: `${rows === 1 ? 'a row has' : `${rows} rows have`} a value in ${long.join(', ')} that does not fit into an index with ${index.columns.filter((each) => !long.includes(each)).join(', ') || 'the tenant'}: an entry has at most ${mostBytes} bytes.`,
      fix: `Shorten ${long.join(', ')} in these rows, or give the table a shorter primary key. Then run adopt again.`,
    },
  ];
}
