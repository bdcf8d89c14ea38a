/** Something that knows how to read a column: pg's types, or what a caller puts in their place. */
export interface TypeParsers {
  getTypeParser(oid: number, format?: string): (value: string) => unknown;
}
