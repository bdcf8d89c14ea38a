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

/** A finding of a rule about one object. */
export interface DoctorFinding {
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
  /** The severity of this finding. Default: the severity of the rule. */
  readonly severity?: Severity;
}

/** A rule of `tenantry doctor`: one of its own, which looks at the catalogue, or one of a feature. */
export interface DoctorRule<Context> {
  /** Stable, because configurations and docs addresses contain it: `rls-not-forced`. */
  readonly id: string;
  /** How serious a finding is: an `error` makes the command exit with 1. */
  readonly severity: Severity;
  /** The statement that is true without a finding, in a few words. */
  readonly title: string;
  /** The address of its docs page. */
  readonly docs?: string;
  /** Returns the findings. */
  find(context: Context): Iterable<DoctorFinding> | Promise<Iterable<DoctorFinding>>;
}

/**
 * A rule that a feature brings; its id begins with the name of the feature: `audit-log-sealing-stopped`.
 * An error of `find` is reported under *Not seen* and stops no other rule.
 */
export interface FeatureCheck extends DoctorRule<FeatureCheckContext> {
  find(context: FeatureCheckContext): Promise<readonly DoctorFinding[]>;
}
