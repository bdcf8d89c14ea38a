/** A value that a page can show. */
export type DescribedValue = string | number | boolean | null;

/** A list of rows: the roles, the plans, the members. At most 100 rows. */
export interface DescribedList {
  /** Its name in a program, which never changes: `roles`. */
  readonly id: string;
  /** Its heading: `Roles`. */
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, DescribedValue>>[];
  /** Whether there are more rows than these. */
  readonly more: boolean;
}

/** Something that the tenant, or the acting user, may do now or not. */
export interface DescribedAllowance {
  /** A permission, a feature of the plan: `projects:create`, `seats`. */
  readonly key: string;
  readonly allowed: boolean;
  /** How much is used, and of how much; null where nothing is counted or nothing limits it. */
  readonly used: number | null;
  readonly limit: number | null;
  /** When it ends or starts anew, ISO 8601; null for never. */
  readonly until: string | null;
}

/** A change, as a line in a history. */
export interface DescribedChange {
  /** When, ISO 8601. */
  readonly at: string;
  /** What, in a few words: `plan free → pro`, `project.created`. */
  readonly what: string;
  /** Who; null where nobody is known. */
  readonly actor: string | null;
}

/**
 * The read model of a feature for a page, an operator's program or a test: what there is, what may be
 * done now, and what changed last, newest first. Never a secret, never another tenant's row.
 */
export interface FeatureDescription {
  /** The feature: `rbac`. */
  readonly feature: string;
  /** Its heading: `Roles and permissions`. */
  readonly title: string;
  readonly lists: readonly DescribedList[];
  readonly allowances: readonly DescribedAllowance[];
  /** At most 20. */
  readonly changes: readonly DescribedChange[];
}
