import { existsSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { TenantryError } from '@tenantry/core';
import { createJiti } from 'jiti';

// Bundler guards that throw outside a bundler; they are replaced, because the application does not run
// here.
const guards = { 'server-only': {}, 'client-only': {} };

/** Loads modules of the user's project: TypeScript, its path aliases, `server-only`. */
export function moduleLoader(folder: string): (file: string) => Promise<Record<string, unknown>> {
  const jiti = createJiti(`${folder}/`, {
    tsconfigPaths: true,
    virtualModules: guards,
    moduleCache: true,
  });
  return async (file) => {
    if (!existsSync(file)) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `there is no file ${relative(process.cwd(), file)}.`,
        fix: `${basename(file) === 'tenantry.config.ts' ? '`npx tenantry init` writes one' : 'Create it'}, or name another one; https://tenantry.dev/guides/migrations shows what it holds.`,
      });
    }
    try {
      return await jiti.import<Record<string, unknown>>(file);
    } catch (error) {
      if (TenantryError.is(error)) throw error;
      throw new TenantryError('CONFIG_INVALID', {
        found: `${relative(process.cwd(), file)} cannot be loaded: ${error instanceof Error ? error.message : error}`,
        fix: 'Correct what the message says; the file is loaded as it stands, without a bundler.',
        cause: error,
      });
    }
  };
}
