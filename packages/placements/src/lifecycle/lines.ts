import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { TenantryError } from '@tenantry/core';
import type { TextRow } from './client.ts';
import type { ExportedTable } from './manifest.ts';

/**
 * The rows of a file of an export, one by one, so that a file may be larger than the memory. After the last
 * one the checksum and the count are compared.
 * @throws TenantryError `EXPORT_INVALID`
 */
export async function* rowsOf(path: string, table: ExportedTable): AsyncGenerator<TextRow> {
  const hash = createHash('sha256');
  let rows = 0;
  let rest: Buffer[] = [];
  try {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(part);
      let from = 0;
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, from)) {
        rows++;
        yield rowOf(Buffer.concat([...rest, part.subarray(from, at)]), table, rows);
        rest = [];
        from = at + 1;
      }
      if (from < part.length) rest.push(part.subarray(from));
    }
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ENOENT') throw cause;
    throw invalid(table, 'is missing', cause);
  }
  if (rest.length > 0) throw invalid(table, 'ends within a line');
  if (rows !== table.rows)
    throw invalid(table, `has ${rows} rows where ${table.rows} were written`);
  if (hash.digest('hex') !== table.sha256) throw invalid(table, 'is not what was written');
}

function rowOf(line: Buffer, table: ExportedTable, number: number): TextRow {
  let row: unknown;
  try {
    row = JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw invalid(table, `has no JSON in line ${number}`, cause);
  }
  const isRow =
    Array.isArray(row) &&
    row.length === table.columns.length &&
    row.every((value) => value === null || typeof value === 'string');
  if (!isRow) throw invalid(table, `has no row in line ${number}`);
  return row as TextRow;
}

const invalid = ({ file }: ExportedTable, what: string, cause?: unknown) =>
  new TenantryError('EXPORT_INVALID', { found: `the file ${file} ${what}.`, cause });
