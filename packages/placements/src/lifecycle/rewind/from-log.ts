import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { CapturedTable } from '../../rows/captured.ts';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';
import type { WorkAs } from '../writing-roles.ts';
import { entriesOf, type LogReading } from './entries.ts';
import { RowReplay } from './replay.ts';
import { makeWanted, type Wanted, type WantedRow, writeWanted } from './wanted.ts';

/** What reads the log and the rows. */
export interface RowsReading extends LogReading {
  readonly workAs: WorkAs;
}

/** A row that entries are about. */
interface Touched {
  readonly id: readonly string[];
  readonly replay: RowReplay;
  /** Why it cannot be brought back. */
  broken: boolean;
}

/**
 * The rows of a table as they were at a moment: each row that entries after it are about is taken back, the
 * last entry first. Its rows are held in memory, all others are not read.
 *
 * @param refused gets what keeps the table from being brought back
 */
export async function wantedFromLog(
  reading: RowsReading,
  table: TenantTable,
  captured: CapturedTable,
  left: ReadonlySet<string>,
  refused: string[],
): Promise<Wanted> {
  const { session, workAs, tenant } = reading;
  await workAs('login');
  await makeWanted(session, table);
  const isJson = (column: string) =>
    ['json', 'jsonb'].includes(table.columns.find((each) => each.name === column)?.type ?? '');
  const replayed = { values: captured.values, personal: captured.personal, isJson };
  const rows = new Map<string, Touched>();
  let broken = 0;
  let lost = 0;
  let truncated = false;
  const entries = entriesOf(reading, table, captured);
  for await (const part of entries) {
    await workAs(table);
    truncated ||= part.some(({ verb }) => verb === 'truncated');
    const fresh = part.flatMap(({ id }) =>
      id === undefined || rows.has(JSON.stringify(id)) ? [] : [id],
    );
    const now = await presentRows(session, table, captured, tenant, fresh);
    for (const entry of part) {
      if (entry.verb === 'truncated') continue;
      if (entry.id === undefined) {
        lost++;
        continue;
      }
      const key = JSON.stringify(entry.id);
      const touched = rows.get(key) ?? {
        id: entry.id,
        replay: new RowReplay(replayed, now.get(key)),
        broken: false,
      };
      rows.set(key, touched);
      touched.broken ||= !touched.replay.undo(entry);
    }
  }
  const columns = captured.values.filter((column) => !left.has(column));
  const wanted: WantedRow[] = [];
  const keyed = keyColumns(table, captured);
  const others = columns.filter((column) => !keyed.includes(column));
  for (const { id, replay, broken: isBroken } of rows.values()) {
    const then = isBroken ? undefined : replay.before();
    if (then === undefined) {
      broken++;
      continue;
    }
    const ids = keyed.map((column) =>
      column === table.tenantColumn ? tenant : (id[captured.id.indexOf(column)] ?? null),
    );
    const { values, unknown } = then;
    wanted.push({
      there: values !== undefined,
      values: [
        ...ids,
        ...others.map((column) =>
          values === undefined
            ? null
            : unknown.has(column)
              ? undefined
              : (values.get(column) ?? null),
        ),
      ],
    });
  }
  if (truncated)
    refused.push(`${pathOf(table)} was emptied by TRUNCATE, whose rows are in no entry`);
  if (lost > 0) refused.push(`${lost} entries about ${pathOf(table)} do not say of which row`);
  if (broken > 0)
    refused.push(
      `${broken} rows of ${pathOf(table)} are not what the log says of them (written without triggers?)`,
    );
  await workAs('login');
  await writeWanted(session, table, [...keyed, ...others], wanted);
  return {
    table,
    captured,
    columns: others,
    hidden: new Set(captured.personal),
    loose: true,
  };
}

/** The columns by which a row is written: those of its id, and the tenant. */
const keyColumns = (table: TenantTable, captured: CapturedTable): string[] => [
  ...new Set([...(table.tenantColumn === undefined ? [] : [table.tenantColumn]), ...captured.id]),
];

/** Whether the id of the entries is the key of the table, besides the tenant: then it tells rows apart for ever. */
export const isIdentified = (table: TenantTable, captured: CapturedTable): boolean =>
  table.key.every((column) => keyColumns(table, captured).includes(column)) &&
  captured.id.every((column) => table.key.includes(column));

async function presentRows(
  session: Session,
  table: TenantTable,
  captured: CapturedTable,
  tenant: string,
  ids: readonly (readonly string[])[],
): Promise<Map<string, Map<string, string | null>>> {
  if (ids.length === 0) return new Map();
  const typeOf = (column: string) =>
    (table.columns.find((each) => each.name === column)?.type ?? 'text').replace(/\([\d,]+\)/, '');
  const lists = captured.id.map((column, i) => `$${i + 2}::${typeOf(column)}[]`);
  const columns = captured.id.map((column) => `t.${name(column).sql}`);
  const values = captured.values.map((column) =>
    typeOf(column) === 'json'
      ? `t.${name(column).sql}::jsonb::text`
      : `t.${name(column).sql}::text`,
  );
  const found = await textRows(
    session,
    `select ${[...columns.map((column) => `${column}::text`), ...values].join(', ')} from ${table.from}
     where ${table.condition} and (${columns.join(', ')}) in (select * from unnest(${lists.join(', ')}))`,
    [tenant, ...captured.id.map((_, i) => ids.map((id) => id[i]))],
  );
  return new Map(
    found.map((row) => {
      const id = row.slice(0, captured.id.length);
      const own = row.slice(captured.id.length);
      return [
        JSON.stringify(id),
        new Map(captured.values.map((column, i) => [column, own[i] ?? null])),
      ];
    }),
  );
}
