import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { Session, TextRow } from '../client.ts';
import type { MatchedTable } from './matched.ts';

/** The protocol counts parameters in 16 bits. */
const mostValues = 30_000;
const mostBytes = 1 << 20;

/**
 * Inserts rows, many with a statement. The parameters have no types of their own: the input function of
 * each column reads what its output function has written.
 * @returns how many there were
 */
export async function insertRows(
  session: Session,
  { table, exported, columns }: MatchedTable,
  rows: AsyncIterable<TextRow>,
  told: (rows: number) => void,
): Promise<number> {
  const names = columns.map((i) => name(exported.columns[i]?.name ?? '').sql);
  const into = `insert into ${table.path} (${names.join(', ')}) overriding system value values `;
  // somebody may be a member of another tenant here already
  const after = table.belonging === 'person' ? ' on conflict do nothing' : '';
  let batch: (string | null)[] = [];
  let bytes = 0;
  let done = 0;
  const send = async () => {
    if (batch.length === 0) return;
    const tuples = Array.from(
      { length: batch.length / columns.length },
      (_, row) => `(${columns.map((__, i) => `$${row * columns.length + i + 1}`).join(', ')})`,
    );
    await session.query(into + tuples.join(', ') + after, batch).catch((error) => {
      throw explained(error, table);
    });
    batch = [];
    bytes = 0;
    told(done);
  };
  for await (const row of rows) {
    const values = columns.map((i) => row[i] ?? null);
    batch.push(...values);
    for (const value of values) bytes += value?.length ?? 0;
    done++;
    if (batch.length + columns.length > mostValues || bytes > mostBytes) await send();
  }
  await send();
  return done;
}

/** The message of the server names constraints, its detail the values of a row. */
function explained(error: unknown, table: MatchedTable['table']): unknown {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code?.startsWith('23') !== true) return error;
  return new TenantryError('IMPORT_REFUSED', {
    found: `a row of ${table.schema}.${table.name} against ${constraint ?? 'a constraint'}.`,
  });
}
