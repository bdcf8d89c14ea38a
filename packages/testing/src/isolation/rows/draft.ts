import { type ForeignKeyModel, type LiveColumn, pathOf } from '@tenantry/rls/model';
import type { Table } from '../model.ts';
import type { RowHooks } from '../types.ts';
import type { Values } from './sql.ts';
import { candidates, randomText } from './values.ts';

/** The rows of other tables that a row can reference, by table: those of its tenant, and shared ones. */
export type Parents = ReadonlyMap<string, Values>;

type Hook = RowHooks[string];

/**
 * A row that is being constructed. It starts with values from the catalogue and learns from server
 * errors: after a failed check the columns of that check get their next candidates, a duplicate value is
 * generated again, and a missing one is filled in.
 */
export class Draft {
  readonly #table: Table;
  /** Null for a row that is nobody's yet. */
  readonly #tenant: string | null;
  readonly #parents: Parents;
  readonly #hook: Hook | undefined;
  /** Optional columns that are set nevertheless. */
  readonly #forced = new Set<string>();
  readonly #left = new Set<string>();
  readonly #attempt = new Map<string, number>();
  readonly #options = new Map<string, string[]>();

  constructor(table: Table, tenant: string | null, parents: Parents, hook: Hook | undefined) {
    this.#table = table;
    this.#tenant = tenant;
    this.#parents = parents;
    this.#hook = hook;
  }

  values(): Values {
    const values: Record<string, string | null> = {};
    for (const column of this.#table.columns) {
      if (isComputed(column) || column.name === this.#table.tenantColumn) continue;
      const needed = (column.refusesNull && !column.hasDefault) || this.#forced.has(column.name);
      if (needed) values[column.name] = this.#candidate(column);
    }
    for (const reference of this.#references()) Object.assign(values, this.#referenced(reference));
    if (this.#table.tenantColumn !== undefined) values[this.#table.tenantColumn] = this.#tenant;
    const given = this.#hook?.({
      tenant: this.#tenant ?? '',
      row: { ...values },
      random: randomText(),
    });
    for (const [column, value] of Object.entries(given ?? {})) values[column] = asText(value);
    return values;
  }

  /** Learns from a server error. @returns whether there is something else to try. */
  learn(error: unknown): boolean {
    const { code, column, constraint = '' } = error as Record<string, string | undefined>;
    const { constraints, keys, foreignKeys } = this.#table;
    const of = [...constraints, ...keys].find(({ name }) => name === constraint);
    const reference = foreignKeys.find(({ name }) => name === constraint);
    switch (code) {
      case '23502':
        return column !== undefined && this.#force([column]);
      case '23514':
      case '23P01':
        return this.#force(of?.columns ?? this.#generated());
      case '23505':
        return this.#renew(of?.columns ?? this.#generated());
      case '23503':
        return reference !== undefined && this.#leave(reference);
      case '22P02':
      case '22007':
      case '22003':
      case '22001':
      case '22023':
        return this.#force(this.#generated());
      default:
        return false;
    }
  }

  #candidate(column: LiveColumn): string {
    let options = this.#options.get(column.name);
    if (options === undefined) {
      const checks = this.#table.constraints
        .filter(({ kind, columns }) => kind === 'check' && columns.includes(column.name))
        .map(({ definition }) => definition);
      options = candidates(column, checks);
      this.#options.set(column.name, options);
    }
    return options[(this.#attempt.get(column.name) ?? 0) % options.length] ?? '';
  }

  #generated(): string[] {
    return this.#table.columns
      .filter((column) => this.#options.has(column.name))
      .map(({ name }) => name);
  }

  /** Changes the values of the columns, one column at a time, so that combinations are tried too. */
  #force(columns: readonly string[]): boolean {
    const own = columns.filter((name) => this.#mayChange(name));
    if (own.length === 0) return false;
    const fresh = own.filter((name) => !this.#forced.has(name) && !this.#options.has(name));
    if (fresh.length > 0) {
      for (const name of fresh) this.#forced.add(name);
      return true;
    }
    for (const name of own) {
      const next = (this.#attempt.get(name) ?? 0) + 1;
      this.#attempt.set(name, next);
      if (next % (this.#options.get(name)?.length ?? 1) !== 0) break; // like the digits of a counter
    }
    return true;
  }

  #renew(columns: readonly string[]): boolean {
    const own = columns.filter((name) => this.#mayChange(name));
    for (const name of own) {
      this.#forced.add(name);
      this.#options.delete(name);
    }
    return own.length > 0;
  }

  #mayChange(name: string): boolean {
    const column = this.#table.columns.find((each) => each.name === name);
    const referenced = this.#references().some(({ columns }) => columns.includes(name));
    return (
      column !== undefined &&
      !isComputed(column) &&
      name !== this.#table.tenantColumn &&
      !referenced
    );
  }

  #references(): ForeignKeyModel[] {
    return this.#table.foreignKeys.filter(({ name }) => !this.#left.has(name));
  }

  /** The columns of a reference, from the referenced row; null when there is none yet. */
  #referenced(reference: ForeignKeyModel): Values {
    const parent = this.#parents.get(pathOf(reference.foreignTable));
    const columns = reference.columns.filter((name) => name !== this.#table.tenantColumn);
    return Object.fromEntries(
      columns.flatMap((name): [string, string | null][] => {
        const column = this.#table.columns.find((each) => each.name === name);
        if (column !== undefined && isComputed(column)) return [];
        const of = reference.foreignColumns[reference.columns.indexOf(name)] ?? '';
        return [[name, parent?.[of] ?? null]];
      }),
    );
  }

  /** Omits an optional reference. */
  #leave(reference: ForeignKeyModel): boolean {
    const nullable = reference.columns.some(
      (name) => this.#table.columns.find((each) => each.name === name)?.refusesNull === false,
    );
    if (!nullable || this.#left.has(reference.name)) return false;
    this.#left.add(reference.name);
    return true;
  }
}

/** Whether no statement sets the column. */
export const isComputed = ({ generated, alwaysIdentity }: LiveColumn): boolean =>
  generated || alwaysIdentity;

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
