import { queries } from './queries.ts';

/** Anything with the `query` of pg. */
export interface CatalogueClient {
  query(config: { readonly text: string; readonly rowMode: 'array' }): Promise<{
    readonly rows: readonly unknown[];
  }>;
  query(text: string): Promise<unknown>;
}

/** What a database holds: `policy projects_tenant_floor of public.projects` → what it is. */
export type Catalogue = ReadonlyMap<string, string>;

/**
 * Reads tables, columns with their defaults, keys, indexes, policies, rights, functions, triggers,
 * owners and row security of a database; the order of columns is not among them, nor are roles, which
 * belong to the whole server.
 *
 * @param client a client of its own, not a pool: it runs a transaction
 * @example
 * ```ts
 * const differences = compareCatalogues(await readCatalogue(evolved), await readCatalogue(made));
 * ```
 */
export async function readCatalogue(client: CatalogueClient): Promise<Catalogue> {
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

/** An object that two databases do not have alike. */
export interface Difference {
  /** `policy projects_tenant_floor of public.projects` */
  readonly object: string;
  /** What it is in the first database and in the second; undefined where it is missing. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** What two catalogues do not have alike, in the order of the titles. */
export function compareCatalogues(first: Catalogue, second: Catalogue): Difference[] {
  const titles = [...new Set([...first.keys(), ...second.keys()])].sort();
  return titles
    .filter((object) => first.get(object) !== second.get(object))
    .map((object) => ({ object, first: first.get(object), second: second.get(object) }));
}
