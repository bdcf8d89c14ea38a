/**
 * How long a chunk gets, in characters. V8 moves a text of more than 128 KB that is in use during any
 * collection to the old generation, where it stays until a full one: chunks keep well below.
 */
const enough = 32_768;

/** Joins the lines of rows to chunks. */
export function* chunksOf<R>(rows: readonly R[], lineOf: (row: R) => string): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += lineOf(row);
    if (chunk.length < enough) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
