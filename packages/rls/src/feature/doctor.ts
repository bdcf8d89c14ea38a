import type { Tenancy } from '@tenantry/core';
import type { Severity } from '../doctor/types.ts';

/** The context of a feature's check. */
export interface FeatureCheckContext {
  /**
   * Runs SQL as the examining login, in doctor's read-only transaction: all checks see one snapshot, and
   * `search_path` is pg_catalog, public, pg_temp. The SQL is written for the schema `tenantry` and sent
   * for that of the tenancy.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: unknown[] }>;
  readonly tenancy: Tenancy;
  /** The role that serves tenants. */
  readonly role: string;
  /** `server_version_num`: 180004. */
  readonly version: number;
}

/** A finding of a check. */
export interface FeatureFinding {
  /** The object: `audit_logs`, `slot audit`. */
  readonly object: string;
  /** The finding in one sentence; never contains a row or a secret. */
  readonly found: string;
  /** What to do. */
  readonly fix: string;
  /** The fix as SQL, when SQL can do it. */
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
  /** How serious a finding is: an `error` makes the command exit with 1. */
  readonly severity: Severity;
  /** The statement that is true without a finding, in a few words. */
  readonly title: string;
  /** The address of its docs page. */
  readonly docs?: string;
  /** Returns the findings. An error is reported under *Not seen* and stops no other check. */
  find(context: FeatureCheckContext): Promise<readonly FeatureFinding[]>;
}
