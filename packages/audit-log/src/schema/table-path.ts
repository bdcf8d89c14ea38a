/** A table by schema and name. */
export type TablePath = readonly [schema: string, table: string];
