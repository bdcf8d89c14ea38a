import type { GeneratedObject } from '../../generate/index.ts';

/** How an object of ours differs from what `generate` makes. */
export type Problem =
  /** It does not exist. */
  | 'missing'
  /** Its definition differs. */
  | 'changed'
  /** It exists but has no effect: a disabled trigger, an invalid index. */
  | 'disabled'
  /** A role has a right on it that it should not have, or lacks one that it needs. */
  | 'rights'
  /** Its owner could change it, or lends it too many rights. */
  | 'owner'
  /** It is a foreign object in a place reserved for ours. */
  | 'foreign';

/** A difference between an object of the database and what `generate` makes. */
export interface Difference {
  readonly problem: Problem;
  /** `function tenantry.can(text)`, `policy projects_tenant_floor of projects`. */
  readonly title: string;
  /** The title in findings: `tenantry.can(text)`, `projects.projects_tenant_floor`. */
  readonly object: string;
  readonly found: string;
  readonly evidence: readonly string[];
  /** The statements that repair it, in order; empty when a person has to decide. */
  readonly repair: readonly string[];
  readonly wanted: GeneratedObject | undefined;
}

/** The result of the comparison. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** The number of compared objects. */
  readonly objects: number;
  /** The functions of schema tenantry that `generate` makes, by `schema.name(types)`. */
  readonly functions: ReadonlySet<string>;
  /** The objects that could not be compared, and why. */
  readonly unseen: readonly string[];
}
