import { queries } from './queries.ts';

/** Anything with the `query` of pg. */
export interface DefinitionsClient {
  query(config: { readonly text: string; readonly rowMode: 'array' }): Promise<{
    readonly rows: readonly unknown[];
  }>;
  query(text: string): Promise<unknown>;
}

/**
 * The objects of a database: title, such as `policy projects_tenant_floor of public.projects` →
 * definition.
 */
export type Definitions = ReadonlyMap<string, string>;

/**
 * Reads tables, columns with their defaults, keys, indexes, policies, rights, functions, triggers, owners
 * and row security of a database. It ignores the order of columns, and roles, which belong to the whole
 * server.
 *
 * @param client a dedicated client, not a pool, because it runs a transaction
 * @example
 * ```ts
 * const differences = compareDefinitions(await readDefinitions(evolved), await readDefinitions(made));
 * ```
 */
export async function readDefinitions(client: DefinitionsClient): Promise<Definitions> {
  const catalogue = new Map<string, string>();
  await client.query('begin read only');
  try {
    await client.query("select set_config('search_path', '', true)");
    for (const text of queries) {
      const { rows } = await client.query({ text, rowMode: 'array' });
      for (const [title, is] of rows as readonly (readonly [string, string | null])[]) {
        catalogue.set(title, is ?? '');
      }
    }
  } finally {
    await client.query('rollback');
  }
  return catalogue;
}

/** An object that differs between two databases. */
export interface Difference {
  /** `policy projects_tenant_floor of public.projects` */
  readonly object: string;
  /** Its definition in the first and in the second database; undefined when it is missing. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** The differences of two catalogues, ordered by title. */
export function compareDefinitions(first: Definitions, second: Definitions): Difference[] {
  const titles = [...new Set([...first.keys(), ...second.keys()])].sort();
  return titles
    .filter((object) => first.get(object) !== second.get(object))
    .map((object) => ({ object, first: first.get(object), second: second.get(object) }));
}
