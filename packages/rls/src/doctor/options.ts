import type { Exemptions, Tenancy } from '@tenantry/core';
import type { Casing } from '../casing.ts';
import type { Feature } from '../feature/feature.ts';
import type { DirectoryColumns } from '../generate/index.ts';
import type { Ignore } from './types.ts';

/** What {@link diagnose} takes. */
export interface DiagnoseOptions {
  /** The tenancy. Default: none, for a database that does not use Tenantry. */
  readonly tenancy?: Tenancy;
  /** The exports of the schema module; with it, differences between schema and database are found too. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /**
   * Where tenants and members are, as for `generate`. With schema, directory and features, everything
   * that `generate` makes is compared with the database.
   */
  readonly directory?: DirectoryColumns | undefined;
  /** The features of the configuration. */
  readonly features?: readonly Feature[] | undefined;
  /** Drizzle's `casing`, when drizzle.config.ts sets it. */
  readonly casing?: Casing | undefined;
  /** The tenant column, for a database without a tenancy: `org_id`. Default: the usual names are tried. */
  readonly tenantColumn?: string | undefined;
  /** The role that serves tenants. Default: that of the tenancy, or else the login of the connection. */
  readonly role?: string | undefined;
  /** The logins of the application that switch to that role. */
  readonly logins?: readonly string[];
  readonly ignore?: readonly Ignore[];
  /** Tables of other libraries, which no rule checks, each with the reason. Default: none. */
  readonly exempt?: Exemptions | undefined;
  /**
   * Whether to run the queries that read a row of another tenant as proof; the result is in `shown`.
   * Default: false.
   */
  readonly prove?: boolean | undefined;
}
