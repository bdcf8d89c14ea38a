import { type ExemptionMatcher, type Tenancy, TenantryError } from '@tenantry/core';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { noteOf, type TableNote } from '../fragments/notes.ts';
import type { LiveTable } from '../model/live.ts';
import { pathOf, titleOf } from '../model/table.ts';
import { build, type Known, othersIn } from './build.ts';
import type { LiveIndex } from './live-indexes.ts';
import { liveKeys, type TableConfig } from './live-keys.ts';
import { tableNamed } from './names.ts';
import { setSource } from './notes.ts';
import { isMade, type TableDeclarations } from './rules.ts';
import { satisfied } from './satisfied.ts';

/** What {@link schemaOf} reads the tables from. */
export interface SchemaInput {
  readonly tenancy: Tenancy;
  readonly declared: TableDeclarations;
  readonly tables: readonly LiveTable[];
  readonly indexes: readonly LiveIndex[];
  readonly exempt: ExemptionMatcher;
}

/**
 * The tables of a database as a schema module of Drizzle would have them, so that whatever reads a schema
 * reads them too: columns and keys from the catalogue, and what each table is from the declarations.
 *
 * @throws TenantryError `TABLE_NOT_ISOLATED` names the tables that are not declared; `CONFIG_INVALID` a
 *   declared one that the database does not have
 */
export function schemaOf(input: SchemaInput): Readonly<Record<string, PgTable>> {
  const known = knownTables(input);
  // the first tables only tell what the fragments want; the second ones have the keys of the database too
  const first = new Map<string, PgTable>();
  for (const each of known)
    first.set(pathOf(each), build(input.tenancy, each, othersIn(first), []));
  const wanted = new Map(
    known.map((each) => {
      const table = first.get(pathOf(each)) as PgTable;
      return [pathOf(each), { config: getTableConfig(table), note: noteOf(table) }];
    }),
  );
  const tables = new Map<string, PgTable>();
  for (const each of known) {
    const { config, note } = wanted.get(pathOf(each)) as Wanted;
    const keys = (columnNamed: (name: string) => unknown) =>
      each.live === undefined || isMade(each.declaration)
        ? []
        : liveKeys(each.live, columnNamed, config, (path) => columnsOf(tables.get(path)));
    const table = build(input.tenancy, each, othersIn(tables), keys, note);
    const found =
      each.live === undefined ? new Set<string>() : satisfied(each.live, input.indexes, config);
    checkKey(each, config, found);
    setSource(table, { made: isMade(each.declaration), wanted: config, satisfied: found });
    tables.set(pathOf(each), table);
  }
  return Object.fromEntries(tables);
}

interface Wanted {
  readonly config: TableConfig;
  readonly note: TableNote | undefined;
}

function knownTables({ tenancy, declared, tables, exempt }: SchemaInput): Known[] {
  const live = new Map(tables.map((table) => [pathOf(table), table]));
  const known = Object.entries(declared).map(([written, declaration]): Known => {
    const name = tableNamed(written);
    return { ...name, declaration, live: live.get(pathOf(name)) };
  });
  const absent = known.filter((each) => each.live === undefined && !isMade(each.declaration));
  if (absent.length > 0) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `tables names ${absent.map(titleOf).join(', ')}, which the database does not have.`,
      fix: 'Run your own migrations on it first, correct the name, or take it out of tables in tenantry.config.ts.',
    });
  }
  const named = new Set(known.map(pathOf));
  const open = tables.filter(
    (table) =>
      !named.has(pathOf(table)) &&
      table.schema !== tenancy.schema &&
      table.parents.length === 0 &&
      table.kind !== 'foreign' &&
      exempt.find(table.schema, table.name) === undefined,
  );
  if (open.length === 0) return known;
  throw new TenantryError('TABLE_NOT_ISOLATED', {
    found: open.map(titleOf).join(', '),
    fix: 'Say in tables of tenantry.config.ts what each of them is: isolate, tenants, shared, systemOnly, or a function with isolateThrough(t, …) or visibleThrough(t, …); a table of another library stands in exempt, with the reason.',
  });
}

const columnsOf = (table: PgTable | undefined) =>
  table && ((column: string) => (table as unknown as Record<string, unknown>)[column]);

/** The fragments want the key (tenant, id), and the table has another one. */
function checkKey(
  { live, ...table }: Known,
  wanted: TableConfig,
  found: ReadonlySet<string>,
): void {
  const primary = live?.keys.find(({ kind }) => kind === 'primary');
  const [key] = wanted.primaryKeys;
  if (primary === undefined || key === undefined || isMade(table.declaration)) return;
  if (found.has(key.getName())) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `table ${titleOf(table)} has the primary key (${primary.columns.join(', ')}), and isolate(t) wants (${key.columns.map(({ name }) => name).join(', ')}).`,
    fix: 'Keep its own: (t) => isolate(t, { key: false }).',
  });
}
