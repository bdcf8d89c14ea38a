import type { GeneratedObject } from '../../generate/index.ts';

/** How an object of ours differs from what `generate` makes. */
export type Problem =
  /** It is not there. */
  | 'missing'
  /** It says something else. */
  | 'changed'
  /** It is there and does not run: a trigger that is switched off, an index that is not valid. */
  | 'disabled'
  /** Somebody may do with it what nobody should, or may not do what somebody must. */
  | 'rights'
  /** It belongs to somebody who could change it, or whose rights it lends. */
  | 'owner'
  /** It stands where only ours stand, and is not ours. */
  | 'foreign';

/** A difference between an object of the database and what `generate` makes. */
export interface Difference {
  readonly problem: Problem;
  /** `function tenantry.can(text)`, `policy projects_tenant_floor of projects`. */
  readonly title: string;
  /** As findings name it: `tenantry.can(text)`, `projects.projects_tenant_floor`. */
  readonly object: string;
  readonly found: string;
  readonly evidence: readonly string[];
  /** What makes it whole again, in order; empty where a person has to decide. */
  readonly repair: readonly string[];
  readonly wanted: GeneratedObject | undefined;
}

/** What was compared. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** How many objects were compared. */
  readonly objects: number;
  /** Of the functions of schema tenantry, those that `generate` makes, by `schema.name(types)`. */
  readonly functions: ReadonlySet<string>;
  /** What could not be compared, and why. */
  readonly unseen: readonly string[];
}
