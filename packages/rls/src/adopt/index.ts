import '../errors.ts';

/**
 * From an application that exists to an isolated one: what each table is, a plan, and its steps. The
 * command is `npx tenantry adopt`.
 *
 * @module
 */
export type { Action, LockLimits } from './action.ts';
export { adoptionState, stepBack } from './back.ts';
export { checkPlan } from './check-plan.ts';
export { type PlanOptions, planAdoption } from './classify/classify.ts';
export type { Hints } from './classify/people.ts';
export { type ProposedTenancy, proposeTenancy } from './classify/propose.ts';
export type { AdoptConnection } from './connection.ts';
export { type Facts, readFacts } from './facts.ts';
export type { AdoptFinding } from './finding.ts';
export { adoptionMigration } from './migration.ts';
export type { AdoptOptions, StepReport } from './options.ts';
export { hasOurPolicies } from './our-policies.ts';
export type { AdoptionPlan, FillSource, PlannedKind, PlannedTable } from './plan.ts';
export { readPlan } from './plan-file.ts';
export { previewAdoption } from './preview.ts';
export { type AdoptReport, adopt } from './run.ts';
export { schemaOfPlan } from './schema.ts';
export { type SchemaLines, schemaLines, tableRules } from './schema-lines.ts';
export type { StepState } from './state.ts';
export { type StepName, stepNames } from './steps/index.ts';
