import {
  createTenantPool,
  type PoolPlacements,
  type TenantPool,
  TenantryError,
} from '@tenantry/core';
import type { Feature } from '@tenantry/rls/feature';
import type { Project } from '../config/load-config.ts';

/** What the pool of a command depends on. */
export type PoolProject = Pick<Project, 'tenancy' | 'database' | 'exempt' | 'features'>;

/** The connection strings of the configuration, or those of the environment. */
export function urlsOf({ database }: Pick<PoolProject, 'database'>) {
  const { DATABASE_URL, SYSTEM_DATABASE_URL } = process.env;
  const url = database.url || DATABASE_URL || undefined;
  return { url, systemUrl: database.systemUrl || SYSTEM_DATABASE_URL || url };
}

/**
 * Opens the pool of a command: the login that serves tenants, and that of system work.
 * @throws TenantryError `CONFIG_INVALID` without a connection string
 */
export function openPool(project: PoolProject, scope: 'tenant' | 'system'): TenantPool {
  const { tenancy, exempt, features } = project;
  const placements = features.find(knowsPlaces);
  const { url, systemUrl } = urlsOf(project);
  const connectionString = scope === 'tenant' ? url : (url ?? systemUrl);
  if (connectionString === undefined) {
    const names = scope === 'tenant' ? 'DATABASE_URL' : 'SYSTEM_DATABASE_URL or DATABASE_URL';
    throw new TenantryError('CONFIG_INVALID', {
      found: 'no database.',
      fix: `Set ${names}, or database in tenantry.config.ts.`,
    });
  }
  const { CONTEXT_SECRET } = process.env;
  return createTenantPool(tenancy, {
    connectionString,
    exempt,
    // a command for one tenant goes to where it lives
    ...(placements !== undefined && { placements }),
    // the login of an operator may have more rights than that of the application
    accept: ['login-bypasses-rls'],
    // with connections of its own, whose login need not serve tenants
    ...(scope === 'system' && { system: { connectionString: systemUrl } }),
    ...(tenancy.context === 'signed' &&
      CONTEXT_SECRET !== undefined && { contextSecret: CONTEXT_SECRET }),
  });
}

const knowsPlaces = (feature: Feature): feature is Feature & PoolPlacements =>
  typeof (feature as Partial<PoolPlacements>).openFor === 'function';
