/** Reads the text of a value. */
export type TextParser = (value: string) => unknown;

/** Parsers by column type: pg's types, or the caller's own. */
export interface TypeParsers {
  getTypeParser(oid: number, format?: string): TextParser;
}
