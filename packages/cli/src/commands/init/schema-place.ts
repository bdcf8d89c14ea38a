import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { moduleLoader } from '../../config/load-module.ts';

/** Where the schema of a project is, or will be. */
export interface SchemaPlace {
  /** `./src` or `./src/db`: the folder of the schema, for the tenancy and the pool. */
  readonly folder: string;
  /** The file for the example; undefined when there are already tables. */
  readonly file: string | undefined;
  /** Where the tables are that exist: files, folders and patterns, as drizzle-kit takes them. */
  readonly existing: readonly string[];
}

/** Reads it from the configuration of drizzle-kit, if there is one. */
export async function schemaPlace(
  folder: string,
  drizzleConfig: string | undefined,
): Promise<SchemaPlace> {
  const named = drizzleConfig === undefined ? undefined : await schemaOf(folder, drizzleConfig);
  const patterns = [named ?? './src/schema.ts'].flat();
  const [first, ...others] = patterns;
  const file = posix.normalize(first ?? 'src/schema.ts');
  const isFile = others.length === 0 && /\.[cm]?ts$/.test(file) && !/[*?{[]/.test(file);
  if (!isFile) return { folder: 'src', file: undefined, existing: patterns };
  const exists = existsSync(join(folder, file));
  return {
    folder: posix.dirname(file),
    file: exists ? undefined : file,
    existing: exists ? patterns : [],
  };
}

/**
 * The schema in the configuration. For an unreadable configuration `init` stops with its error, because
 * otherwise it would write a second schema beside the user's.
 */
async function schemaOf(folder: string, file: string): Promise<string | string[] | undefined> {
  const { default: config } = await moduleLoader(folder)(join(folder, file));
  return (config as { schema?: string | string[] } | undefined)?.schema;
}
