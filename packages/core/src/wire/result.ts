import pg from 'pg';

/** A column of a result, as the server describes it. */
export interface FieldDescription {
  readonly name: string;
  readonly dataTypeID: number;
  readonly format?: string;
}

/** Something that knows how to read a column: pg's types, or what a caller puts in their place. */
export interface TypeParsers {
  getTypeParser(oid: number, format?: string): (value: string) => unknown;
}

const commandTag = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;

/** Collects the rows of one statement into a result of pg's shape. */
export class ResultBuilder {
  command: string | null = null;
  rowCount: number | null = null;
  oid: number | null = null;
  fields: readonly FieldDescription[] = [];
  rows: unknown[] = [];
  readonly rowAsArray: boolean;
  readonly #types: TypeParsers;
  #parsers: ((value: string) => unknown)[] = [];
  #empty: Record<string, unknown> = {};

  constructor(rowMode: string | undefined, types: TypeParsers | undefined) {
    this.rowAsArray = rowMode === 'array';
    this.#types = types ?? (pg.types as TypeParsers);
  }

  describe(fields: readonly FieldDescription[]): void {
    this.fields = fields;
    this.#parsers = fields.map((field) => this.#types.getTypeParser(field.dataTypeID, 'text'));
    if (this.rowAsArray) return;
    // own properties from the start: a column named __proto__ stays a column
    const empty: Record<string, unknown> = Object.create(null);
    for (const field of fields) empty[field.name] = null;
    this.#empty = { ...empty };
  }

  row(values: readonly (string | null)[]): void {
    const parsers = this.#parsers;
    if (this.rowAsArray) {
      this.rows.push(values.map((value, i) => (value === null ? null : parsers[i]?.(value))));
      return;
    }
    const row = { ...this.#empty };
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string | null;
      row[(this.fields[i] as FieldDescription).name] = value === null ? null : parsers[i]?.(value);
    }
    this.rows.push(row);
  }

  complete(tag: string): void {
    const match = commandTag.exec(tag);
    if (match === null) return;
    const [, command, first, second] = match;
    this.command = command ?? null;
    if (second !== undefined) this.oid = Number(first);
    if (first !== undefined) this.rowCount = Number(second ?? first);
  }

  /** A plain result object, as pg's callers know it. */
  result(): pg.QueryResult {
    const { command, rowCount, oid, rows, fields, rowAsArray } = this;
    return { command, rowCount, oid, rows, fields, rowAsArray } as unknown as pg.QueryResult;
  }
}
