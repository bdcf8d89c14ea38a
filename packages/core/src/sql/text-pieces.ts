import { type Ddl, literal } from './ddl.ts';

/** A part of a concatenated text: a text that is known when the SQL is written, or SQL. */
export type TextPiece = string | Ddl;

/**
 * Text pieces as SQL, to be joined by `||` or passed to `concat`. Adjacent known texts become one
 * literal, because the server prepares every operand again for each statement.
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
