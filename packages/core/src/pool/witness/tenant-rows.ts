import type { Scope } from '../../scope/scope.ts';
import type { RowValues } from '../../wire/flight.ts';
import type { FieldDescription } from '../../wire/result.ts';
import { isPadded, spelling } from './spelling.ts';
import type { TenantColumns } from './tenant-columns.ts';
import type { Trace } from './trace.ts';
import type { RowWatch } from './witness.ts';

const none: readonly number[] = [];
const textOf = ({ tenant }: Scope) => (tenant === null ? null : String(tenant));

/** Where a statement came from. */
export interface Sent {
  readonly text: string;
  readonly trace: Trace | undefined;
}

/** Rows whose tenant columns are known, or become known before they are given out. */
export abstract class WatchedRows implements RowWatch {
  readonly #tables: TenantColumns;
  readonly #atOnce: boolean;
  /** Whether a table of the result was not known when it arrived. */
  #strange = false;
  #fields: readonly FieldDescription[] = [];
  /** The places of the tenant columns. */
  protected places: readonly number[] = none;
  /** Set by a witness that counts. */
  sent: Sent | undefined;
  /** Rows that arrived before all their columns were known. */
  #kept: RowValues[] | undefined;

  /** @param atOnce whether rows are given out before the catalogue could be asked */
  constructor(tables: TenantColumns, atOnce: boolean) {
    this.#tables = tables;
    this.#atOnce = atOnce;
  }

  /** Looks at the tenant columns of a row; false when the caller must not get it. */
  protected abstract look(values: RowValues): boolean;

  columns(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
    const places = this.#tables.of(fields);
    this.#strange = places === undefined;
    if (this.#strange && !this.#atOnce) this.#kept = [];
    this.places = places ?? (this.#atOnce ? this.#tables.byName(fields) : none);
  }

  row(values: RowValues): boolean {
    if (this.#kept !== undefined) {
      this.#kept.push(values);
      return true;
    }
    return this.places.length === 0 || this.look(values);
  }

  /** The tables that have to be looked up before the rows are given out. */
  get unknown(): readonly number[] {
    const isNeeded = this.#strange && this.#kept?.length !== 0;
    return isNeeded ? this.#tables.unknown(this.#fields) : none;
  }

  /** Looks at the rows that were kept; their tables are known now, except one that was dropped since. */
  catchUp(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    if (kept.length === 0) return;
    this.places = this.#tables.of(this.#fields) ?? this.#tables.byName(this.#fields);
    for (const values of kept) this.row(values);
  }

  protected field(place: number): FieldDescription {
    return this.#fields[place] as FieldDescription;
  }

  /** The tables whose rows were compared. */
  get tables(): string[] {
    return [...new Set(this.places.map((place) => this.#tables.pathOf(this.field(place))))];
  }
}

/** The rows of a statement in the scope of a tenant. */
export class TenantRows extends WatchedRows {
  readonly #scope: Scope;
  readonly #gives: boolean;
  #tenant: string | null | undefined;
  #spelled: Map<number, string> | undefined;
  /** How many rows had a tenant column, and how many of these were of another tenant. */
  rows = 0;
  foreign = 0;
  /** The first column that held another tenant. */
  found: FieldDescription | undefined;

  /** @param gives whether rows of other tenants are given to the caller */
  constructor(tables: TenantColumns, atOnce: boolean, scope: Scope, gives: boolean) {
    super(tables, atOnce);
    this.#scope = scope;
    this.#gives = gives;
  }

  protected look(values: RowValues): boolean {
    // not before the first row: an entry has its tenant when the database has verified it
    this.#tenant ??= textOf(this.#scope);
    this.rows++;
    const { places } = this;
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      const value = values[place] as string | null;
      if (value === this.#tenant || value === null || this.#isSame(value, place)) continue;
      this.foreign++;
      this.found ??= this.field(place);
      return this.#gives;
    }
    return true;
  }

  /** Whether a value that is not the tenant's text is another spelling of it. */
  #isSame(value: string, place: number): boolean {
    const tenant = this.#tenant;
    if (tenant === null || tenant === undefined) return false;
    this.#spelled ??= new Map();
    let spelled = this.#spelled.get(place);
    if (spelled === undefined) {
      spelled = spelling(tenant, this.field(place));
      this.#spelled.set(place, spelled);
    }
    return value === spelled || isPadded(value, tenant, this.field(place));
  }
}

/** The rows of a statement outside every scope. */
export class OutsideRows extends WatchedRows {
  #first: string | undefined;
  rows = 0;
  /** Whether rows of more than one tenant came back. */
  several = false;

  protected look(values: RowValues): boolean {
    this.rows++;
    for (const place of this.places) {
      const value = values[place] as string | null;
      if (value === null) continue;
      this.#first ??= value;
      if (value !== this.#first) this.several = true;
    }
    return true;
  }
}
