import type { Facts } from './facts.ts';
import type { AdoptionPlan } from './plan.ts';

/** A plan, and the database that it is for. */
export interface PlannedDatabase {
  readonly plan: AdoptionPlan;
  readonly facts: Facts;
}
