import { TenantryError } from '../../errors/index.ts';
import type { FieldDescription } from '../../wire/result.ts';
import type { AlsoRead } from '../findings.ts';
import type { PooledSession } from '../pooled-session.ts';
import type { StartCheck } from '../start-check.ts';
import { askOne } from './ask.ts';
import { columnsQuery } from './columns-query.ts';

/** A table as the query returns it; the names only when it has a tenant column. */
type FoundTable = [oid: number, columns: number, tenant: number, schema: string, name: string];

interface Table {
  /** How many columns it has, with those that were dropped. A higher number is a new column. */
  readonly columns: number;
  /** The number of its tenant column; 0 when it has none. */
  readonly tenant: number;
  readonly path: string;
}

/** Oids below belong to the system, which has no tenants. */
const firstOfUsers = 16_384;
/** How many tables are kept beside those of the start; sessions may make temporary ones all day. */
const mostLater = 10_000;
const nothing: readonly number[] = [];

type Reading = Pick<StartCheck, 'tenancy' | 'exempt'>;

/** Which columns of which tables hold a tenant, by oid and number, as results name them. */
export class TenantColumns {
  readonly #reading: Reading;
  readonly #named: Readonly<Record<string, string | false>>;
  readonly #tables = new Map<number, Table>();
  /** The columns by description, which a prepared statement keeps. */
  readonly #ofFields = new WeakMap<readonly FieldDescription[], readonly number[]>();
  #atStart = 0;

  /** @param named the option `witness.columns` */
  constructor(reading: Reading, named: Readonly<Record<string, string | false>>) {
    this.#reading = reading;
    this.#named = Object.fromEntries(
      Object.entries(named).map(([key, column]) => [
        key.includes('.') ? key : `public.${key}`,
        column,
      ]),
    );
  }

  /** The query for every table, for the round trip of the start check. */
  readAll(): AlsoRead {
    return {
      ...this.#query(null),
      read: (text) => {
        this.#take(text);
        this.#atStart = this.#tables.size;
      },
    };
  }

  /** @throws TenantryError `CONFIG_INVALID` when the option names a column that is not there */
  assertNamed(): void {
    const found = new Set([...this.#tables.values()].map(({ path }) => path));
    for (const [path, column] of Object.entries(this.#named)) {
      if (column === false || found.has(path)) continue;
      throw new TenantryError('CONFIG_INVALID', {
        found: `option witness.columns names ${path}.${column}, which does not exist.`,
        fix: "Name a table as 'table' in schema public or as 'schema.table', and a column of it.",
      });
    }
  }

  /**
   * The places of the tenant columns in a result; undefined when a table or a column is not known yet.
   */
  of(fields: readonly FieldDescription[]): readonly number[] | undefined {
    let places = this.#ofFields.get(fields);
    if (places === undefined) {
      if (this.unknown(fields).length > 0) return undefined;
      places = this.#places(fields, (_, table) => table?.tenant);
      this.#ofFields.set(fields, places);
    }
    return places;
  }

  /** The same, where unknown tables count by the name of the column in the result. */
  byName(fields: readonly FieldDescription[]): readonly number[] {
    const { column } = this.#reading.tenancy;
    return this.#places(fields, (field, table) =>
      table === undefined && field.name === column ? field.columnID : table?.tenant,
    );
  }

  #places(
    fields: readonly FieldDescription[],
    tenantOf: (field: FieldDescription, table: Table | undefined) => number | undefined,
  ): readonly number[] {
    const places = fields.flatMap((field, place) => {
      const { tableID = 0, columnID = 0 } = field;
      const isColumn = tableID >= firstOfUsers && columnID > 0;
      return isColumn && tenantOf(field, this.#tables.get(tableID)) === columnID ? [place] : [];
    });
    return places.length === 0 ? nothing : places;
  }

  /** The tables that have to be looked up. */
  unknown(fields: readonly FieldDescription[]): number[] {
    return fields.flatMap(({ tableID = 0, columnID = 0 }) => {
      const isKnown = columnID <= (this.#tables.get(tableID)?.columns ?? -1);
      return tableID < firstOfUsers || isKnown ? [] : [tableID];
    });
  }

  /** The name of the table of a field, quoted. */
  pathOf({ tableID = 0 }: FieldDescription): string {
    return this.#tables.get(tableID)?.path || `the table with oid ${tableID}`;
  }

  /** Looks tables up, on a connection that is not running anything. */
  async learn(session: PooledSession, oids: readonly number[]): Promise<void> {
    if (this.#tables.size > this.#atStart + mostLater) this.#tables.clear();
    const { text, values } = this.#query(oids);
    this.#take(await askOne(session, text, values));
  }

  #query(oids: readonly number[] | null) {
    const { column, setting, schema } = this.#reading.tenancy;
    const named = Object.entries(this.#named).filter(([, name]) => name !== false);
    const json = JSON.stringify(Object.fromEntries(named));
    const wanted = oids === null ? null : `{${oids.join(',')}}`;
    return { text: columnsQuery, values: [column, setting, schema, json, wanted] };
  }

  #take(text: string | null | undefined): void {
    for (const [oid, columns, tenant, schema, name] of JSON.parse(text ?? '') as FoundTable[]) {
      const path = tenant === 0 ? '' : `${schema}.${name}`;
      const isExempt =
        tenant === 0 ||
        this.#named[path] === false ||
        this.#reading.exempt.find(schema, name) !== undefined;
      this.#tables.set(oid, { columns, tenant: isExempt ? 0 : tenant, path });
    }
  }
}
