import pg from 'pg';
import { parserOf } from './timestamptz.ts';
import type { TextParser, TypeParsers } from './type-parsers.ts';

/** A column of a result, as the server describes it. */
export interface FieldDescription {
  readonly name: string;
  readonly dataTypeID: number;
  readonly format?: string;
  /** The table of the column and its number there; 0 for an expression. */
  readonly tableID?: number;
  readonly columnID?: number;
}

const commandTag = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;
const pgTypes = pg.types as TypeParsers;

/** How the rows of a statement are parsed; cached for statements that repeat. */
export class RowShape {
  readonly fields: readonly FieldDescription[];
  readonly parsers: readonly TextParser[];
  #empty: Readonly<Record<string, unknown>> | undefined;

  constructor(fields: readonly FieldDescription[], parserFor: (oid: number) => TextParser) {
    this.fields = fields;
    this.parsers = fields.map((field) => parserFor(field.dataTypeID));
  }

  /** A row of nulls whose copies become the rows; not needed for rows as arrays. */
  get empty(): Readonly<Record<string, unknown>> {
    this.#empty ??= emptyRow(this.fields);
    return this.#empty;
  }
}

/** Defines own properties, so that a column named `__proto__` stays a column. */
function emptyRow(fields: readonly FieldDescription[]): Readonly<Record<string, unknown>> {
  const empty: Record<string, unknown> = Object.create(null);
  for (const field of fields) empty[field.name] = null;
  return { ...empty };
}

type Values = readonly (string | null)[];

function arrayRow(values: Values, { parsers }: RowShape): unknown[] {
  return values.map((value, i) => (value === null ? null : parsers[i]?.(value)));
}

function objectRow(values: Values, { fields, parsers, empty }: RowShape): Record<string, unknown> {
  const row: Record<string, unknown> = { ...empty };
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as string | null;
    row[(fields[i] as FieldDescription).name] = value === null ? null : parsers[i]?.(value);
  }
  return row;
}

/** The shape of rows that are parsed by the types of a connection. */
export const usualShape = (fields: readonly FieldDescription[], types: TypeParsers): RowShape =>
  new RowShape(fields, (oid) => parserOf(types, oid));

const noRows = usualShape([], pgTypes);

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

  /** The command that the server carried out, once it has. */
  get command(): string | null {
    return this.#command;
  }

  /** The shape of the rows; with the caller's own types it applies to this result only. */
  get shape(): RowShape {
    return this.#shape;
  }

  describe(fields: readonly FieldDescription[]): void {
    const own = this.#types;
    // Drizzle creates new parsers for each query, so they cannot be cache keys
    this.#shape =
      own === undefined
        ? usualShape(fields, this.#usual)
        : new RowShape(fields, (oid) => own.getTypeParser(oid, 'text'));
  }

  /** Uses the shape of an earlier run of the same statement. */
  reuse(shape: RowShape): void {
    if (this.#types === undefined) this.#shape = shape;
    else this.describe(shape.fields);
  }

  row(values: Values): void {
    this.#rows.push((this.rowAsArray ? arrayRow : objectRow)(values, this.#shape));
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
