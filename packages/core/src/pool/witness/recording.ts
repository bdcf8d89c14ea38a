import { leaveScope } from '../../scope/bind.ts';
import type { PoolLogger } from '../start-check.ts';
import { callerOf } from './caller-of.ts';
import type { Observed, ObservedFinding, ObservedStatement } from './observed.ts';
import { OutsideRows, type TenantRows } from './tenant-rows.ts';
import type { Trace } from './trace.ts';

const mostTexts = 1000;
const mostCallers = 10;
/** Of a statement with much to report, every hundredth run is asked for its caller. */
const asksOften = 100;
/** A stack costs more than all the rest, so a statement without anything to report leaves few. */
const firstRuns = 10;
const widestLogged = 500;

interface Entry {
  readonly text: string;
  readonly tables: Set<string>;
  readonly callers: Set<string>;
  /** What was reported: kind and caller. */
  readonly reported: Set<string>;
  runs: number;
  rows: number;
  foreign: number;
  outside: number;
  several: number;
  failed: number;
  events: number;
}

/** Whether the next event is asked for its caller, after so many. */
const isAsked = (events: number) => events < asksOften || events % asksOften === 0;

/** Who is told of findings. */
export interface Listeners {
  readonly logger: PoolLogger;
  /** The word for the tenant. */
  readonly tenant: string;
  readonly onObserved: ((finding: ObservedFinding) => void) | undefined;
}

/** Counts statements by text, and reports what is new. */
export class Recording {
  readonly #listeners: Listeners;
  readonly #entries = new Map<string, Entry>();
  readonly #since = new Date().toISOString();
  readonly #total = { runs: 0, rows: 0, foreign: 0, outside: 0, system: 0 };
  #dropped = 0;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  /** Statements of a system scope were answered. */
  system(count: number): void {
    this.#total.system += count;
  }

  /** Whether a statement that is being sent should leave its stack. */
  wantsTrace(text: string): boolean {
    const entry = this.#entries.get(text);
    if (entry === undefined) return true;
    return entry.events === 0 ? entry.runs < firstRuns : isAsked(entry.events);
  }

  /**
   * A statement was answered.
   * @param failed whether by an error; whatever rows came before it, nobody got them
   * @returns what wants to know the stack of the caller, when the one of the statement does not show it
   */
  add(watch: TenantRows | OutsideRows, failed: boolean): ((trace: Trace) => void) | undefined {
    const { sent } = watch;
    if (sent === undefined) return undefined;
    const total = this.#total;
    const isOutside = watch instanceof OutsideRows;
    const rows = failed ? 0 : watch.rows;
    const foreign = isOutside || failed ? 0 : watch.foreign;
    const several = isOutside && !failed && watch.several;
    if (isOutside) total.outside++;
    else {
      total.runs++;
      total.rows += rows;
      total.foreign += foreign;
    }
    const entry = this.#entry(sent.text);
    if (entry === undefined) {
      this.#dropped++;
      return undefined;
    }
    if (failed) entry.failed++;
    if (rows > 0) for (const table of watch.tables) entry.tables.add(table);
    if (isOutside) {
      entry.outside++;
      if (several) entry.several++;
    } else {
      entry.runs++;
      entry.rows += rows;
      entry.foreign += foreign;
    }
    if (!isOutside && foreign === 0) return undefined;
    if (!isAsked(entry.events++)) return undefined;
    const kind = several ? 'several' : isOutside ? 'outside' : 'foreign';
    const { text } = sent;
    const { tables } = watch;
    const report = (caller = 'unknown') => {
      if (entry.callers.size < mostCallers) entry.callers.add(caller);
      this.#report(entry, { kind, text, caller, tables, rows, foreign });
    };
    const caller = sent.trace && callerOf(sent.trace);
    if (caller === undefined) return (trace) => report(callerOf(trace));
    report(caller);
    return undefined;
  }

  /** The entry of a text; when too many are kept, one without anything to report makes room. */
  #entry(text: string): Entry | undefined {
    let entry = this.#entries.get(text);
    if (entry !== undefined) return entry;
    if (this.#entries.size >= mostTexts) {
      const clean = [...this.#entries.values()].find(({ events }) => events === 0);
      if (clean === undefined) return undefined;
      this.#dropped += clean.runs;
      this.#entries.delete(clean.text);
    }
    entry = {
      text,
      tables: new Set(),
      callers: new Set(),
      reported: new Set(),
      ...{ runs: 0, rows: 0, foreign: 0, outside: 0, several: 0, failed: 0, events: 0 },
    };
    this.#entries.set(text, entry);
    return entry;
  }

  #report({ reported }: Entry, finding: ObservedFinding): void {
    const { kind, caller, text, tables, rows, foreign } = finding;
    const key = `${kind} ${caller}`;
    if (reported.has(key) || reported.size >= 3 * mostCallers) return;
    reported.add(key);
    const { logger, tenant, onObserved } = this.#listeners;
    const of = tables.length > 0 ? ` of ${tables.join(', ')}` : '';
    const what = {
      foreign: `${foreign} of ${rows} rows${of} were of another ${tenant}`,
      outside: 'a statement outside every scope',
      several: `a statement outside every scope, with rows${of} of more than one ${tenant}`,
    }[kind];
    const shown = text.replace(/\s+/g, ' ').trim().slice(0, widestLogged);
    leaveScope(() => {
      logger.warn(`tenantry observed: ${what}, at ${caller}: ${shown}`);
      try {
        onObserved?.(Object.freeze(finding));
      } catch (error) {
        logger.warn(`tenantry observed: onObserved failed: ${(error as Error)?.message}`);
      }
    });
  }

  /** What was counted so far. */
  observed(): Observed {
    const statements = [...this.#entries.values()].map(
      ({ tables, callers, reported: _, events: __, ...counts }): ObservedStatement => ({
        ...counts,
        tables: [...tables].sort(),
        callers: [...callers],
      }),
    );
    const rank = ({ foreign, outside }: ObservedStatement) =>
      foreign > 0 ? 2 : outside > 0 ? 1 : 0;
    statements.sort(
      (a, b) =>
        rank(b) - rank(a) || b.foreign - a.foreign || b.outside - a.outside || b.runs - a.runs,
    );
    return {
      since: this.#since,
      total: { ...this.#total },
      statements,
      dropped: this.#dropped,
    };
  }
}
