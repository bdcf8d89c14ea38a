import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';
import { targetOf as doctorTargetOf } from '../doctor/target.ts';

/** The database of the migrating login, and the project whose tenancy it gets. */
export async function targetOf(
  given: { readonly config?: string | undefined; readonly url?: string | undefined },
  loadProject: (configFile?: string) => Promise<Project>,
): Promise<{ readonly url: string; readonly project: Project }> {
  const { url, project } = await doctorTargetOf(given, loadProject);
  if (project !== undefined) return { url, project };
  throw new TenantryError('CONFIG_INVALID', {
    found:
      'no tenantry.config.ts, which says what the tenant is called and how its ids are stored.',
    fix: 'Run `npx tenantry init` first; it writes one, and changes no file that exists.',
  });
}
