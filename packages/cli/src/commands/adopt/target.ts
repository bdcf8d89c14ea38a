import { existsSync } from 'node:fs';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';
import { migratingUrl } from '../doctor/target.ts';

/**
 * The database of the migrating login, and the project whose tenancy it gets. The tables of a project
 * without a Drizzle schema are not read: they need not fit their declarations yet.
 */
export async function targetOf(
  given: { readonly config?: string | undefined; readonly url?: string | undefined },
  loadProject: (configFile?: string) => Promise<Project>,
): Promise<{ readonly url: string; readonly project: Project }> {
  if (given.config === undefined && !existsSync('tenantry.config.ts')) {
    throw new TenantryError('CONFIG_INVALID', {
      found:
        'no tenantry.config.ts, which says what the tenant is called and how its ids are stored.',
      fix: 'Run `npx tenantry init` first; it writes one, and changes no file that exists.',
    });
  }
  const project = await loadProject(given.config);
  return { url: migratingUrl(project, given.url), project };
}
