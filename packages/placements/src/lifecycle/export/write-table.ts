import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, type TextRow, textRows } from '../client.ts';
import { written } from '../manifest.ts';
import type { Masking } from '../masking/masking.ts';

/** How much is read at once, in bytes; a single row may be larger. */
const mostBytes = 1 << 20;
const mostRows = 5000;

/** What was written. */
interface WrittenTable {
  readonly rows: number;
  readonly sha256: string;
}

/**
 * Writes the rows of a tenant into a file. A cursor reads them, so many at once as fit into a megabyte by
 * the size of those before.
 * @param told called with the number of rows after each part
 * @param masking masks values before they are written. Default: none
 */
export async function writeTable(
  session: Session,
  table: TenantTable,
  tenant: string,
  file: string,
  told: (rows: number) => void,
  masking?: Masking,
): Promise<WrittenTable> {
  const own = written(table);
  const columns = own.map((column) => masking?.read(table, column) ?? `t.${name(column.name).sql}`);
  const order = table.key.map((column) => `t.${name(column).sql}`);
  await session.query(
    `declare tenant_rows no scroll cursor for select ${columns.join(', ')} from ${table.from} where ${table.condition}` +
      (order.length === 0 ? '' : ` order by ${order.join(', ')}`),
    [tenant],
  );
  const hash = createHash('sha256');
  const handle = await open(file, 'wx', 0o600);
  let rows = 0;
  try {
    for (let count = 16; ; ) {
      const read = await textRows(session, `fetch forward ${count} from tenant_rows`);
      const part = masking === undefined ? read : read.map((row) => masking.row(table, own, row));
      if (part.length === 0) break;
      const bytes = Buffer.from(part.map(lineOf).join(''));
      hash.update(bytes);
      await handle.writeFile(bytes);
      rows += part.length;
      told(rows);
      count = Math.max(1, Math.min(mostRows, Math.floor((mostBytes * part.length) / bytes.length)));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await session.query('close tenant_rows');
  return { rows, sha256: hash.digest('hex') };
}

const lineOf = (row: TextRow): string => `${JSON.stringify(row)}\n`;
