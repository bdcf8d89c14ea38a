import { getTableConfig } from 'drizzle-orm/pg-core';
import type { TableLike } from './drizzle.ts';
import { noteOf, type TableNote } from './notes.ts';

const reading = new Set<TableLike>();

/** The note of a table; its fragments write it when Drizzle first reads the table. */
export function readNote(table: TableLike): TableNote | undefined {
  const known = noteOf(table);
  if (known !== undefined || reading.has(table)) return known;
  reading.add(table); // tables may reference each other in a cycle
  try {
    getTableConfig(table as never);
  } finally {
    reading.delete(table);
  }
  return noteOf(table);
}
