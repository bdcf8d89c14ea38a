import type pg from 'pg';

/** What pg answers to a command without rows that needs not be sent. */
export const emptyResult = (command: string): pg.QueryResult =>
  ({
    command,
    rowCount: null,
    oid: null,
    rows: [],
    fields: [],
    rowAsArray: false,
  }) as unknown as pg.QueryResult;
