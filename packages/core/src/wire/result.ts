import pg from 'pg';
import { parserOf } from './timestamptz.ts';
import type { TypeParsers } from './type-parsers.ts';

/** A column of a result, as the server describes it. */
export interface FieldDescription {
  readonly name: string;
  readonly dataTypeID: number;
  readonly format?: string;
}

const commandTag = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;
const pgTypes = pg.types as TypeParsers;

/** How the rows of a statement are read; worth keeping for a statement that comes again. */
export class RowShape {
  readonly fields: readonly FieldDescription[];
  readonly parsers: readonly ((value: string) => unknown)[];
  /** A row of nulls, whose copies become the rows. */
  readonly empty: Readonly<Record<string, unknown>>;

  constructor(fields: readonly FieldDescription[], types: TypeParsers) {
    this.fields = fields;
    this.parsers = fields.map((field) => parserOf(types, field.dataTypeID));
    // own properties from the start: a column named __proto__ stays a column
    const empty: Record<string, unknown> = Object.create(null);
    for (const field of fields) empty[field.name] = null;
    this.empty = { ...empty };
  }
}

const noRows = new RowShape([], pgTypes);

/** Collects the rows of one statement into a result of pg's shape. */
export class ResultBuilder {
  readonly rowAsArray: boolean;
  readonly #types: TypeParsers | undefined;
  readonly #usual: TypeParsers;
  readonly #rows: unknown[] = [];
  #shape = noRows;
  #command: string | null = null;
  #rowCount: number | null = null;
  #oid: number | null = null;

  /** `types` are those of this query alone, `usual` those of its connection. */
  constructor(rowMode?: string, types?: TypeParsers, usual: TypeParsers = pgTypes) {
    this.rowAsArray = rowMode === 'array';
    this.#types = types;
    this.#usual = usual;
  }

  /** The shape of the rows; with the caller's own types it is good for this result only. */
  get shape(): RowShape {
    return this.#shape;
  }

  describe(fields: readonly FieldDescription[]): void {
    this.#shape = new RowShape(fields, this.#types ?? this.#usual);
  }

  /** Takes the shape of an earlier run of the same statement. */
  reuse(shape: RowShape): void {
    if (this.#types === undefined) this.#shape = shape;
    else this.describe(shape.fields);
  }

  row(values: readonly (string | null)[]): void {
    const { fields, parsers, empty } = this.#shape;
    if (this.rowAsArray) {
      this.#rows.push(values.map((value, i) => (value === null ? null : parsers[i]?.(value))));
      return;
    }
    const row: Record<string, unknown> = { ...empty };
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string | null;
      row[(fields[i] as FieldDescription).name] = value === null ? null : parsers[i]?.(value);
    }
    this.#rows.push(row);
  }

  complete(tag: string): void {
    const match = commandTag.exec(tag);
    if (match === null) return;
    const [, command, first, second] = match;
    this.#command = command ?? null;
    if (second !== undefined) this.#oid = Number(first);
    if (first !== undefined) this.#rowCount = Number(second ?? first);
  }

  /** A plain result object, as pg's callers know it. */
  result(): pg.QueryResult {
    return {
      command: this.#command,
      rowCount: this.#rowCount,
      oid: this.#oid,
      rows: this.#rows,
      fields: this.#shape.fields,
      rowAsArray: this.rowAsArray,
    } as unknown as pg.QueryResult;
  }
}
