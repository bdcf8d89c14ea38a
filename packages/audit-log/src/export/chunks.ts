/**
 * The size of a chunk, in characters. V8 moves a text of more than 128 KB that is in use during a
 * collection to the old generation, where it stays until a full collection; chunks stay well below.
 */
const enough = 32_768;

/** Joins lines into chunks. */
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
