import type pg from 'pg';
import type { Place } from '../placement/placement.ts';
import type { RowValues, Step } from '../wire/flight.ts';
import type { MessageWriter } from '../wire/message-writer.ts';
import { type Prepared, parseAgain, parsed, writeParse } from '../wire/prepared.ts';
import { type FieldDescription, ResultBuilder, usualShape } from '../wire/result.ts';
import type { TypeParsers } from '../wire/type-parsers.ts';
import { withLimitInText } from './limit.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Statement } from './statement.ts';
import type { RowWatch } from './witness/witness.ts';

/** Statements worth preparing because they repeat. A huge text is a bulk load that will not. */
const preparable = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'with',
  'values',
  'merge',
  'table',
]);
const longestPrepared = 8192;

/** The result of a statement that was carried out, but whose rows made a type parser of the caller throw. */
export class Unreadable {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** The outcome of a statement that the server carried out. */
export type Outcome = pg.QueryResult | Unreadable;

/** The result of a statement; throws the error of the type parser. */
export function readable(outcome: Outcome | undefined): pg.QueryResult {
  if (outcome instanceof Unreadable) throw outcome.error;
  return outcome as pg.QueryResult;
}

/** Reads the responses to one statement of a caller. */
export class StatementStep implements Step {
  readonly statement: Statement;
  /** The prepared statement that it runs, if it runs one. */
  readonly prepared: Prepared | undefined;
  /** What looks at its rows, if anything does. */
  readonly watch: RowWatch | undefined;
  readonly #session: PooledSession;
  readonly #place: Place;
  readonly #types: TypeParsers;
  readonly #result: ResultBuilder;
  #unreadable: Unreadable | undefined;

  constructor(
    session: PooledSession,
    place: Place,
    statement: Statement,
    prepared: Prepared | undefined,
    watch: RowWatch | undefined,
  ) {
    this.#session = session;
    this.#place = place;
    this.statement = statement;
    this.prepared = prepared;
    this.watch = watch;
    this.#types = session.client;
    this.#result = new ResultBuilder(statement.rowMode, statement.types, this.#types);
    if (prepared?.shape === undefined) return;
    this.#result.reuse(prepared.shape);
    watch?.columns(prepared.shape.fields);
  }

  onParsed(): void {
    if (this.prepared !== undefined) parsed(this.prepared);
  }

  forget(flush: number): boolean {
    const again = this.prepared && parseAgain(this.prepared, this.#session.statements, flush);
    if (again === undefined) return false;
    this.#session.closing.push(again.name);
    this.#session.prepared.replace(this.#place.planKey, this.statement.text, again);
    return true;
  }

  onFields(fields: readonly FieldDescription[]): void {
    this.#result.describe(fields);
    this.watch?.columns(fields);
  }

  onRow(values: RowValues): void {
    if (this.watch !== undefined) this.watch.row(values);
    if (this.#unreadable !== undefined) return;
    try {
      this.#result.row(values);
    } catch (error) {
      this.#unreadable = new Unreadable(error);
    }
  }

  onComplete(tag: string): void {
    this.#result.complete(tag);
    if (this.prepared === undefined || this.prepared.shape !== undefined) return;
    const { fields } = this.#result.shape;
    this.prepared.shape =
      this.statement.types === undefined ? this.#result.shape : usualShape(fields, this.#types);
  }

  /** The command that the server carried out, once it has. */
  get command(): string | null {
    return this.#result.command;
  }

  outcome(): Outcome {
    return this.#unreadable ?? this.#result.result();
  }
}

/**
 * Writes Parse, Bind, Describe and Execute of a statement, as far as the connection still needs them. A
 * prepared statement needs no Parse, and once its columns are known no Describe (the server refuses to
 * run a prepared statement whose columns changed).
 */
export function writeStatement(
  writer: MessageWriter,
  session: PooledSession,
  place: Place,
  statement: Statement,
  named: boolean,
  watch: RowWatch | undefined,
): StatementStep {
  if (!named || statement.text.length > longestPrepared || !preparable.has(statement.keyword)) {
    writer.parse('', statement.text).bind('', statement.values).describePortal().execute();
    return new StatementStep(session, place, statement, undefined, watch);
  }
  const sent = withLimitInText(statement, session.prepared);
  const { text, values } = sent;
  const prepared = session.prepared.use(place.planKey, text);
  writeParse(writer, session.statements, prepared, text, session.flown);
  writer.bind(prepared.name, values);
  // a pooler may run it on a connection that parsed it later, with other columns
  if (session.statements.pooled) prepared.shape = undefined;
  if (prepared.shape === undefined) writer.describePortal();
  writer.execute();
  return new StatementStep(session, place, sent, prepared, watch);
}

/** Closes evicted statements on the server before a flush parses new ones. */
export function writeClosing(writer: MessageWriter, session: PooledSession): void {
  for (const { parsed, name } of session.prepared.evict()) if (parsed) session.closing.push(name);
  for (const name of session.closing.splice(0)) writer.closeStatement(name);
}
