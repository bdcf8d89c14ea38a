import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { TextRow } from '../client.ts';

/** What was written. */
interface WrittenTable {
  readonly rows: number;
  readonly sha256: string;
}

/**
 * Writes the rows of a table into a file, one a line.
 * @param told called with the number of rows after each part
 */
export async function writeTable(
  parts: AsyncIterable<readonly TextRow[]>,
  file: string,
  told: (rows: number) => void,
): Promise<WrittenTable> {
  const hash = createHash('sha256');
  const handle = await open(file, 'wx', 0o600);
  let rows = 0;
  try {
    for await (const part of parts) {
      const bytes = Buffer.from(part.map(lineOf).join(''));
      hash.update(bytes);
      await handle.writeFile(bytes);
      rows += part.length;
      told(rows);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { rows, sha256: hash.digest('hex') };
}

const lineOf = (row: TextRow): string => `${JSON.stringify(row)}\n`;
