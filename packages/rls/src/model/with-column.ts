import type { LiveColumn, LiveTable } from './live.ts';

/** A table of a database as it will be, with a column that it may not have yet. */
export const withColumn = (table: LiveTable, column: string, type: string): LiveTable =>
  table.columns.some(({ name }) => name === column)
    ? table
    : { ...table, columns: [...table.columns, missing(column, type)] };

const missing = (name: string, type: string): LiveColumn => ({
  name,
  type,
  notNull: true,
  generated: false,
  category: '',
  labels: [],
  length: 0,
  refusesNull: true,
  hasDefault: false,
  default: null,
  serial: false,
  alwaysIdentity: false,
  mayUpdate: true,
  fixed: false,
});
