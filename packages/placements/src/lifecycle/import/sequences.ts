import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';

/** The greatest value that a sequence has to be behind. */
export interface GreatestValue {
  readonly sequence: string;
  readonly value: string;
}

/** The greatest values of a tenant in the columns that sequences fill. */
export async function greatestValues(
  session: Session,
  table: TenantTable,
  tenant: string,
): Promise<GreatestValue[]> {
  const found: GreatestValue[] = [];
  for (const { name: column, sequence } of table.columns) {
    if (sequence === undefined) continue;
    const [row] = await textRows(
      session,
      `select max(t.${name(column).sql})::text from ${table.from} where ${table.condition}`,
      [tenant],
    );
    if (row?.[0] != null) found.push({ sequence, value: row[0] });
  }
  return found;
}

/**
 * Advances a sequence to a value. ALTER SEQUENCE with the start that it has keeps other writers waiting
 * until the end of the transaction: otherwise one of them could be set back.
 */
export async function advanceSequence(
  session: Session,
  { sequence, value }: GreatestValue,
): Promise<void> {
  const behind = `from pg_catalog.pg_sequence s where s.seqrelid = $1::pg_catalog.regclass
    and coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid), 0) < $2::bigint`;
  const [row] = await textRows(session, `select s.seqstart::text ${behind}`, [sequence, value]);
  if (row === undefined) return;
  await session.query(`alter sequence ${sequence} start ${BigInt(row[0] ?? '1')}`);
  await session.query(`select pg_catalog.setval(s.seqrelid, $2::bigint) ${behind}`, [
    sequence,
    value,
  ]);
}
