import type { Exemptions, Tenancy } from '@tenantry/core';
import type { PreviousTenancy } from '@tenantry/core/sql';
import type { Ignore } from '@tenantry/rls/doctor';
import type { Feature } from '@tenantry/rls/feature';
import type { DirectoryColumns } from '@tenantry/rls/generate';
import type { DirectoryNames, TableDeclarations } from '@tenantry/rls/model';
import type { MigrationFormat } from './migration-format.ts';

/** The content of `tenantry.config.ts`, for an application with a Drizzle schema. */
export interface TenantryConfig {
  readonly tenancy: Tenancy;
  /** Where tenants and members are; the middleware and `pool.enter` need it. */
  readonly directory?: DirectoryColumns;
  /** Packages that work on tables of the schema: `[rbac, limits, audit, billing]`. Default: none. */
  readonly features?: readonly Feature[];
  /**
   * Tables of other libraries, which `generate` and `doctor` ignore, each with the reason:
   * `{ 'pgboss.*': 'the queue', sessions: 'of the auth library' }`. Default: none.
   */
  readonly exempt?: Exemptions;
  /** Connection strings of commands that use a live database. */
  readonly database?: {
    /** The login that serves tenants. Default: `DATABASE_URL`. */
    readonly url?: string | undefined;
    /** The login of system work. Default: `SYSTEM_DATABASE_URL`, or else `url`. */
    readonly systemUrl?: string | undefined;
    /**
     * The login that migrates; doctor uses it too. Default: `MIGRATION_DATABASE_URL`, or else that of
     * drizzle-kit.
     */
    readonly migrationUrl?: string | undefined;
    /**
     * A login that can create databases, on a server other than production. `generate --check` proves the
     * migrations on throw-away databases there. Default: `TENANTRY_SHADOW_URL`, or else a server that
     * `@tenantry/testing` starts when it is installed.
     */
    readonly shadowUrl?: string | undefined;
  };
  /**
   * The roles or the context that code of the previous release still uses during a roll-out:
   * `{ roles: { app: 'app' } }`, `{ context: 'plain' }`. Both are served until you remove this.
   * Default: none.
   */
  readonly previous?: PreviousTenancy;
  readonly doctor?: {
    /** The role that serves tenants. Default: that of the tenancy. */
    readonly role?: string | undefined;
    /** Accepted findings, each with the reason: `{ rule, object: 'legacy_*', reason }`. Default: none. */
    readonly ignore?: readonly Ignore[] | undefined;
  };
  /** The configuration of drizzle-kit, relative to this file. Default: './drizzle.config.ts'. */
  readonly drizzle?: string;
  /** The schema files. Default: those of drizzle-kit. */
  readonly schema?: string | readonly string[];
}

/** The content of `tenantry.config.ts`, for an application without a Drizzle schema. */
export interface TablesConfig extends Omit<TenantryConfig, 'directory' | 'drizzle' | 'schema'> {
  /**
   * What each table is, by its name in the database, in the fragments that `pgTable` takes:
   * `{ projects: isolate, 'crm.deals': (t) => [...isolate(t)] }`. Columns and keys are read from the
   * database.
   */
  readonly tables: TableDeclarations;
  /** Where tenants and members are, by names: `{ tenant: 'organizations.id', … }`. */
  readonly directory?: DirectoryNames;
  /** Where migrations are written, and for which runner. Default: './migrations', plain SQL. */
  readonly migrations?:
    | string
    | { readonly folder: string; readonly format?: MigrationFormat | undefined };
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
export function defineConfig(config: TenantryConfig): TenantryConfig;
/**
 * The same for an application without a Drizzle schema.
 *
 * @example
 * ```ts
 * export default defineConfig({
 *   tenancy,
 *   tables: { organizations: tenants, projects: isolate, plans: shared },
 *   directory: { tenant: 'organizations.id', member: 'memberships.user_id' },
 * });
 * ```
 */
export function defineConfig(config: TablesConfig): TablesConfig;
export function defineConfig(config: TenantryConfig | TablesConfig): TenantryConfig | TablesConfig {
  return config;
}
