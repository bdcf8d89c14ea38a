import type { CaptureEntry, Said } from './entries.ts';

/** A row while it goes back in time: the values of its columns, or undefined where there is none. */
export interface RowThen {
  /** Undefined for a row that is not there. */
  values: Map<string, string | null> | undefined;
  /** Columns whose values are not known at this point. */
  unknown: Set<string>;
}

/** What can be said of a table: its columns with values, and those that an erasure takes away. */
export interface ReplayedTable {
  readonly values: readonly string[];
  readonly personal: readonly string[];
  readonly isJson: (column: string) => boolean;
}

/** Undoes entries of one row, the last one first. */
export class RowReplay {
  readonly #row: RowThen;
  readonly #table: ReplayedTable;
  #pending: CaptureEntry[] = [];

  constructor(table: ReplayedTable, values: Map<string, string | null> | undefined) {
    this.#table = table;
    this.#row = { values, unknown: new Set() };
  }

  /** @returns false when the row is not what the entries after it say */
  undo(entry: CaptureEntry): boolean {
    const [last] = this.#pending;
    if (last !== undefined && last.transaction !== entry.transaction && !this.#flush())
      return false;
    this.#pending.push(entry);
    return true;
  }

  /** The row as it was; undefined when entries and row do not fit together. */
  before(): RowThen | undefined {
    return this.#flush() ? this.#row : undefined;
  }

  /**
   * Triggers write a row while a statement on it is not finished, so within a transaction entries may
   * stand before what they follow. The last one that fits is undone first.
   */
  #flush(): boolean {
    const pending = this.#pending;
    while (pending.length > 0) {
      const at = pending.findIndex((entry) => this.#fits(entry));
      if (at < 0) return false;
      for (const entry of pending.splice(at, 1)) this.#undo(entry);
    }
    return true;
  }

  #fits({ verb, new: said, failed }: CaptureEntry): boolean {
    const { values } = this.#row;
    if (failed && said.size === 0) return false;
    if (verb === 'deleted') return values === undefined;
    if (values === undefined) return false;
    return [...said].every(([column, each]) => this.#equals(column, each));
  }

  #equals(column: string, said: Said): boolean {
    if (said === 'lost' || this.#row.unknown.has(column)) return true;
    if (!this.#table.values.includes(column)) return true;
    const value = this.#row.values?.get(column) ?? null;
    return value === said.value || (this.#table.isJson(column) && value === (said.raw ?? null));
  }

  #undo(entry: CaptureEntry): void {
    if (entry.verb === 'inserted') {
      this.#row.values = undefined;
      this.#row.unknown.clear();
      return;
    }
    const values = this.#row.values ?? new Map<string, string | null>();
    this.#row.values = values;
    const { unknown } = this.#row;
    if (entry.verb === 'deleted') {
      unknown.clear();
      for (const column of this.#table.values) if (!entry.old.has(column)) unknown.add(column);
    }
    if (entry.erased) for (const column of this.#table.personal) unknown.add(column);
    for (const [column, said] of entry.old) {
      if (said === 'lost') unknown.add(column);
      else {
        unknown.delete(column);
        values.set(column, this.#oldValue(column, said, entry));
      }
    }
  }

  /** A json whose change no JSON shows is recorded as a text, on both sides of the change. */
  #oldValue(column: string, said: Exclude<Said, 'lost'>, entry: CaptureEntry): string | null {
    if (!this.#table.isJson(column) || said.raw == null) return said.value;
    const other = entry.new.get(column);
    const now = this.#row.values?.get(column) ?? null;
    const asText =
      entry.verb === 'deleted'
        ? entry.failed
        : other !== undefined && other !== 'lost' && now !== other.value && now === other.raw;
    return asText ? said.raw : said.value;
  }
}
