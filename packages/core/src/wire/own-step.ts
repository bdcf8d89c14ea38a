import type { Step } from './flight.ts';
import type { MessageWriter, WireValue } from './message-writer.ts';
import { type Prepared, parseAgain, parsed, writeParse } from './prepared.ts';
import type { Session } from './session.ts';
import { statementName } from './statement-cache.ts';

/** A statement of this package: its text is constant, its values come from a scope. */
export interface OwnStatement {
  /** A hash of the text, because behind a pooler other applications prepare on the same connection. */
  readonly name: string;
  readonly text: string;
}

/** Names a statement of this package. */
export const ownStatement = (text: string): OwnStatement => ({
  name: statementName('', text),
  text,
});

export type Row = readonly (string | null)[];

/** Sends a statement of this package and reads its response. */
export class OwnStep implements Step {
  readonly prepared: Prepared | undefined;
  readonly onRow: (row: Row) => void;
  readonly #session: Session;

  constructor(
    writer: MessageWriter,
    session: Session,
    { name, text }: OwnStatement,
    values: WireValue[],
    read: (row: Row) => void,
    named: boolean,
  ) {
    this.#session = session;
    this.prepared = named ? session.ofContext(name) : undefined;
    this.onRow = read;
    if (this.prepared === undefined) writer.parse('', text);
    else writeParse(writer, session.statements, this.prepared, text, session.flown);
    writer.bind(this.prepared?.name ?? '', values).execute();
  }

  onParsed(): void {
    if (this.prepared !== undefined) parsed(this.prepared);
  }

  forget(flush: number): boolean {
    const again = this.prepared && parseAgain(this.prepared, this.#session.statements, flush);
    if (again === undefined) return false;
    this.#session.replaceOfContext(again);
    return true;
  }

  onComplete(): void {}
}
