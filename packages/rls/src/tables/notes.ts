import type { TableLike } from '../fragments/drizzle.ts';
import type { TableConfig } from './live-keys.ts';

/** Where a table comes from that is not of a Drizzle schema. */
export interface TableSource {
  /** Whether `generate` makes the table; otherwise the user's own migrations do. */
  readonly made: boolean;
  /** The columns and keys that its fragments want. */
  readonly wanted: TableConfig;
  /** Names of wanted keys and indexes for which the table already has one of another name. */
  readonly satisfied: ReadonlySet<string>;
}

const key = Symbol.for('@tenantry/rls/source@1');

export const setSource = (table: TableLike, source: TableSource): void => {
  Object.defineProperty(table, key, { value: source, enumerable: false });
};

/** The source of a table; undefined for a table of a Drizzle schema, which drizzle-kit makes. */
export const sourceOf = (table: TableLike): TableSource | undefined =>
  (table as { [key]?: TableSource })[key];
