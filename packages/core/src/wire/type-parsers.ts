/** Reads the text of a value. */
export type TextParser = (value: string) => unknown;

/** Something that knows how to read a column: pg's types, or what a caller puts in their place. */
export interface TypeParsers {
  getTypeParser(oid: number, format?: string): TextParser;
}
