import type { Tenancy } from '@tenantry/core';
import { literal, name } from '@tenantry/core/sql';
import type { CapturedTable, CapturedTables } from '../../rows/captured.ts';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, type TextRow, textRows } from '../client.ts';

/** What reads entries. */
export interface LogReading {
  readonly session: Session;
  readonly tenancy: Tenancy;
  readonly log: NonNullable<CapturedTables['log']>;
  readonly logTable: TenantTable;
  readonly tenant: string;
  readonly moment: string;
}

/** What an entry says of a column: a value, or that there was one which the log does not have. */
export type Said = { readonly value: string | null; readonly raw?: string | null } | 'lost';

/** An entry of the log about one row. */
export interface CaptureEntry {
  readonly verb: string;
  /** The texts of the columns of the id; undefined for an entry without one. */
  readonly id: readonly string[] | undefined;
  readonly transaction: string;
  /** Whether the values that can be erased were. */
  readonly erased: boolean;
  /** Whether the capture failed and recorded texts. */
  readonly failed: boolean;
  readonly old: ReadonlyMap<string, Said>;
  readonly new: ReadonlyMap<string, Said>;
}

const fetched = 1000;

/** What the log writes for a value that is too long for it. */
const lost = `'^\\[[0-9]+ bytes( stored)?(, sha256 [0-9a-f]{64})?\\]$'`;

/**
 * The entries about a table that were written by transactions which wrote after a moment, the last one
 * first: a transaction is taken back as a whole. A value is read by the type of its column, so it is written
 * as the column writes it.
 *
 * The connection works as its login when the first part is asked for.
 */
export async function* entriesOf(
  { session, tenancy, log, logTable, tenant, moment }: LogReading,
  table: TenantTable,
  captured: CapturedTable,
): AsyncGenerator<readonly CaptureEntry[]> {
  const of = (property: string, alias = 't') => `${alias}.${name(log.columns[property] ?? '').sql}`;
  const all = (side: string) =>
    `(coalesce(${of('metadata')} -> '${side}', '{}') || coalesce(${of('personal')} -> '${side}', '{}'))`;
  const isJson = captured.values.map((column) =>
    ['json', 'jsonb'].includes(table.columns.find((each) => each.name === column)?.type ?? ''),
  );
  const values = (side: 'o' | 'n') =>
    captured.values.flatMap((column, i) => [
      `${side}.${name(column).sql}::text`,
      // a json that is a text, or a text that stands for a json
      isJson[i] ? `e.${side === 'o' ? 'old' : 'new'} ->> ${literal(column).sql}` : 'null',
    ]);
  const keys = (side: string) =>
    `(select coalesce(jsonb_object_agg(k.key, jsonb_typeof(k.value) = 'string' and k.value #>> '{}' ~ ${lost}), '{}')
      from jsonb_each(e.${side}) k)`;
  // what is lost or masked is no value of the type of its column
  const record = (side: string) =>
    `jsonb_populate_record(null::${table.path}, (select coalesce(jsonb_object_agg(k.key, k.value), '{}')
      from jsonb_each(e.${side}) k where k.key = any ($4::text[])
        and not (jsonb_typeof(k.value) = 'string' and k.value #>> '{}' ~ ${lost})))`;
  // what a cursor may read is decided here
  await session.query(`set local role ${name(tenancy.roles.system).sql}`);
  // as a parameter, so that the server looks them up by their hash
  const late = await textRows(
    session,
    `select distinct ${of('transactionId')}::text from ${logTable.from} where ${logTable.condition}
       and ${of('source')} = 'capture' and ${of('createdAt')} > $2::timestamptz`,
    [tenant, moment],
  );
  await session.query(
    `declare tenant_entries no scroll cursor for
     select e.action, e.rid, e.xid, e.erased, e.failed, ${keys('old')}::text, ${keys('new')}::text, ${[...values('o'), ...values('n')].join(', ')}
     from (select ${of('action')} as action, ${of('resourceId')} as rid, ${of('transactionId')}::text as xid,
         coalesce(${of('erased')} -> 'commitments' ? 'personal', false) as erased, ${of('metadata')} ? 'captureFailed' as failed,
         ${all('old')} as old, ${all('new')} as new, ${of('createdAt')} as at, ${of('id')} as id
       from ${logTable.from} where ${logTable.condition} and ${of('source')} = 'capture' and ${of('resourceType')} = $3
         and ${of('transactionId')} = any ($2::bigint[])) e
     cross join lateral ${record('old')} o cross join lateral ${record('new')} n
     order by e.at desc, e.id desc`,
    [tenant, late.map(([id]) => id), captured.resource, captured.values],
  );
  await session.query('reset role');
  for (;;) {
    const part = await textRows(session, `fetch forward ${fetched} from tenant_entries`);
    if (part.length === 0) break;
    yield part.map((row) => entryOf(row, captured));
  }
  await session.query('close tenant_entries');
}

function entryOf(row: TextRow, captured: CapturedTable): CaptureEntry {
  const [action, rid, transaction, erased, failed, oldKeys, newKeys] = row;
  const count = captured.values.length;
  const side = (keys: string | null | undefined, from: number): Map<string, Said> => {
    const isLost = JSON.parse(keys ?? '{}') as Record<string, boolean>;
    return new Map(
      Object.keys(isLost).map((column): [string, Said] => {
        const i = captured.values.indexOf(column);
        if (i < 0 || isLost[column]) return [column, 'lost'];
        return [column, { value: row[from + 2 * i] ?? null, raw: row[from + 2 * i + 1] ?? null }];
      }),
    );
  };
  return {
    verb: (action ?? '').slice((action ?? '').lastIndexOf('.') + 1),
    id: idOf(rid ?? null, captured.id.length),
    transaction: transaction ?? '',
    erased: erased === 't' || erased === 'true',
    failed: failed === 't' || failed === 'true',
    old: side(oldKeys, 7),
    new: side(newKeys, 7 + 2 * count),
  };
}

/** Several columns are a JSON array of texts. */
function idOf(rid: string | null, columns: number): string[] | undefined {
  if (rid === null) return undefined;
  if (columns === 1) return [rid];
  try {
    const ids = JSON.parse(rid) as unknown;
    const fits = Array.isArray(ids) && ids.length === columns;
    return fits && ids.every((each) => typeof each === 'string') ? (ids as string[]) : undefined;
  } catch {
    return undefined;
  }
}
