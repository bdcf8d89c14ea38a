import { type Ddl, literal } from './ddl.ts';

/** What a text is put together of: texts that are known when the SQL is written, and SQL. */
export type TextPiece = string | Ddl;

/**
 * Pieces of a text as SQL, to be joined by `||` or given to `concat`. Known texts next to each other
 * become one literal: the server prepares every operand anew for each statement.
 */
export function textPieces(pieces: readonly TextPiece[]): Ddl[] {
  const merged: TextPiece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') merged.splice(-1, 1, last + piece);
    else merged.push(piece);
  }
  return merged.map((piece) => (typeof piece === 'string' ? literal(piece) : piece));
}
