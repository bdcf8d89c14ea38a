import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { moduleLoader } from '../../config/load-module.ts';

/** Where the schema of a project is, or will be. */
export interface SchemaPlace {
  /** `./src` or `./src/db`: the tenancy and the pool stand beside the schema. */
  readonly folder: string;
  /** The file to write the example into; undefined when there are tables already. */
  readonly file: string | undefined;
}

/** Takes drizzle-kit's word for it, where there is one. */
export async function schemaPlace(
  folder: string,
  drizzleConfig: string | undefined,
): Promise<SchemaPlace> {
  const named = drizzleConfig === undefined ? undefined : await schemaOf(folder, drizzleConfig);
  const [first, ...others] = [named ?? './src/schema.ts'].flat();
  const file = posix.normalize(first ?? 'src/schema.ts');
  const isFile = others.length === 0 && /\.[cm]?ts$/.test(file) && !/[*?{[]/.test(file);
  if (!isFile) return { folder: 'src', file: undefined };
  return {
    folder: posix.dirname(file),
    file: existsSync(join(folder, file)) ? undefined : file,
  };
}

/**
 * What the configuration names. One that cannot be read is not one that names nothing: `init` would
 * write a second schema beside the user's own, so it stops with what the file says.
 */
async function schemaOf(folder: string, file: string): Promise<string | string[] | undefined> {
  const { default: config } = await moduleLoader(folder)(join(folder, file));
  return (config as { schema?: string | string[] } | undefined)?.schema;
}
