import type pg from 'pg';
import { withCopies } from './copied.ts';
import { objectsSql } from './objects-sql.ts';
import type { Asking, TableObject } from './table-object.ts';

/** The objects of tables, by {@link titleOf}. */
export type TableObjects = ReadonlyMap<string, TableObject>;

/** The kinds that hold rows. */
export const holding: ReadonlySet<string> = new Set(['table', 'sequence', 'column']);

/** `policy items_tenant_floor of items` */
export const titleOf = ({ kind, name, table }: TableObject): string =>
  kind === 'table'
    ? `table ${table}`
    : `${kind}${name === '' ? '' : ` ${name}`}${table === '' ? '' : ` of ${table}`}`;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Looks names up in a schema, and then in that of the shared tables, for this transaction. */
export async function lookIn(ask: Asking, schema: string, shared: string): Promise<void> {
  const path = schema === shared ? quoted(shared) : `${quoted(schema)}, ${quoted(shared)}`;
  await ask(`select pg_catalog.set_config('search_path', $1, true)`, [path]);
}

/**
 * The objects of tables in a schema.
 * @param target the schema that their statements are for
 */
export async function readObjects(
  ask: Asking,
  schema: string,
  shared: string,
  tables: readonly string[],
  target: string = schema,
): Promise<TableObjects> {
  await lookIn(ask, schema, shared);
  const { rows } = await ask(objectsSql, [schema, tables, target]);
  const names = [schema, shared, target] as const;
  const all = await withCopies(ask, names, tables, rows as TableObject[]);
  return new Map(all.sort((a, b) => a.step - b.step).map((each) => [titleOf(each), each]));
}

/** What differs in a schema from the shared tables, each in words. */
export function differences(wanted: TableObjects, found: TableObjects): string[] {
  const titles = [...new Set([...wanted.keys(), ...found.keys()])];
  return titles.flatMap((title) => {
    const [a, b] = [wanted.get(title), found.get(title)];
    if (a === undefined)
      return [`${title} is there, and not ${b?.table === '' ? 'wanted' : 'in the shared table'}`];
    // what a missing table lacks is said once
    const table = found.has(`table ${a.table}`) || a.kind === 'table' || a.table === '';
    if (b === undefined) return table ? [`${title} is missing`] : [];
    return a.definition === b.definition ? [] : [`${title} is another one`];
  });
}

/** The type of a client that runs statements of ours. */
export type SchemaClient = Pick<pg.ClientBase, 'query'>;
