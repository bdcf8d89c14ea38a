import { basename } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';

const prefixes = ['index', 'timestamp', 'unix', 'supabase'];

/**
 * Without a prefix drizzle-kit 0.x names its snapshot `_snapshot.json` and does not find it again, so its
 * next migration creates every table again. From 1.0 on it names folders by time, independent of the
 * configuration.
 *
 * @param version the version of drizzle-kit
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkPrefix(
  { prefix, drizzleConfig }: Pick<Project, 'prefix' | 'drizzleConfig'>,
  version: string,
): void {
  if (prefix === undefined || prefixes.includes(prefix) || !version.startsWith('0.')) return;
  const said = `migrations.prefix is ${JSON.stringify(prefix)} in ${basename(drizzleConfig)}`;
  throw new TenantryError('CONFIG_INVALID', {
    found:
      prefix === 'none'
        ? `${said}: drizzle-kit does not find its own snapshot then, and its second migration creates every table again.`
        : `${said}, which drizzle-kit does not know.`,
    fix: "Use 'index', 'timestamp', 'unix' or 'supabase', or leave it out. Nothing was written.",
  });
}
