import type { Tenancy } from '@tenantry/core';
import type { Severity } from '../doctor/types.ts';

/** What a check of a feature works with. */
export interface FeatureCheckContext {
  /**
   * Runs SQL as the login that examines, in the read-only transaction that doctor has opened: one
   * moment for all checks, nothing can be changed, `search_path` is pg_catalog, public, pg_temp. It is
   * written for the schema `tenantry`, and sent for that of the tenancy.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: unknown[] }>;
  readonly tenancy: Tenancy;
  /** The role that serves tenants. */
  readonly role: string;
  /** `server_version_num`: 180004. */
  readonly version: number;
}

/** Something that a check found. */
export interface FeatureFinding {
  /** What it is about: `audit_logs`, `slot audit`. */
  readonly object: string;
  /** What was found, in a sentence; never a row and never a secret. */
  readonly found: string;
  /** What to do. */
  readonly fix: string;
  /** The same as SQL, where SQL can do it. */
  readonly fixSql?: readonly string[];
  readonly evidence?: readonly string[];
  /** Whether that SQL needs a superuser instead of the owner. */
  readonly needsSuperuser?: boolean;
  /** The severity of this finding. Default: the severity of the check. */
  readonly severity?: Severity;
}

/** A rule that a feature brings to `tenantry doctor`. */
export interface FeatureCheck {
  /** It begins with the name of the feature: `audit-log-sealing-stopped`. It never changes its meaning. */
  readonly id: string;
  /** How much a finding matters: an `error` makes the command exit with 1. */
  readonly severity: Severity;
  /** What holds without a finding, in a few words. */
  readonly title: string;
  /** A page about it. */
  readonly docs?: string;
  /** What it finds. An error that it throws is told under *Not seen*, and stops nothing else. */
  find(context: FeatureCheckContext): Promise<readonly FeatureFinding[]>;
}
