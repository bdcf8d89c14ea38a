import type { Exemptions, Tenancy } from '@tenantry/core';
import type { PreviousTenancy } from '@tenantry/core/sql';
import type { Ignore } from '@tenantry/rls/doctor';
import type { Feature } from '@tenantry/rls/feature';
import type { DirectoryColumns } from '@tenantry/rls/generate';

/** The content of `tenantry.config.ts`. */
export interface TenantryConfig {
  readonly tenancy: Tenancy;
  /** Where tenants and members are; the middleware and `pool.enter` need it. */
  readonly directory?: DirectoryColumns;
  /** Packages that stand on tables of the schema: `[rbac, limits, audit, billing]`. */
  readonly features?: readonly Feature[];
  /**
   * Tables of other libraries, which `generate` and `doctor` leave alone, each with the reason:
   * `{ 'pgboss.*': 'the queue', sessions: 'of the auth library' }`.
   */
  readonly exempt?: Exemptions;
  /** How commands that look at a live database connect. */
  readonly database?: {
    /** The login that serves tenants; the environment variable DATABASE_URL unless named. */
    readonly url?: string | undefined;
    /** The login of system work; SYSTEM_DATABASE_URL, or else the url, unless named. */
    readonly systemUrl?: string | undefined;
    /** The login that migrates, with which doctor looks; MIGRATION_DATABASE_URL, or that of drizzle-kit, unless named. */
    readonly migrationUrl?: string | undefined;
    /**
     * A login that may create databases, on a server that is not that of production: `generate --check`
     * proves the migrations on databases that it throws away. TENANTRY_SHADOW_URL unless named; without
     * either, `@tenantry/testing` starts a server where it is installed.
     */
    readonly shadowUrl?: string | undefined;
  };
  /**
   * What code that still runs does otherwise, while a change of roles or of the context is rolled out:
   * `{ roles: { app: 'app' } }`, `{ context: 'plain' }`. It is served as well until this is taken out.
   */
  readonly previous?: PreviousTenancy;
  readonly doctor?: {
    /** The role that serves tenants, when it is not that of the tenancy. */
    readonly role?: string | undefined;
    /** Findings to live with, each with the reason: `{ rule, object: 'legacy_*', reason }`. */
    readonly ignore?: readonly Ignore[] | undefined;
  };
  /** The configuration of drizzle-kit, from the folder of this file; `./drizzle.config.ts` unless named. */
  readonly drizzle?: string;
  /** The schema files, when they are not those of drizzle-kit. */
  readonly schema?: string | readonly string[];
}

/**
 * Gives `tenantry.config.ts` its types.
 *
 * @example
 * ```ts
 * export default defineConfig({
 *   tenancy,
 *   directory: {
 *     tenant: organizations.id,
 *     claims: { slug: organizations.slug },
 *     member: memberships.userId,
 *   },
 * });
 * ```
 */
export const defineConfig = (config: TenantryConfig): TenantryConfig => config;
