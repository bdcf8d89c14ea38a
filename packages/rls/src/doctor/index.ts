import '../errors.ts';

/**
 * The examination of a live database: it finds everything that could show a tenant the rows of another,
 * with evidence and a fix as SQL. Its command is `npx tenantry doctor`.
 *
 * @module
 */
export type { DoctorConnection } from './catalogue/read.ts';
export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export { fixesOf } from './fixes.ts';
export { type RuleSummary, ruleSummaries } from './rule-summaries.ts';
export { type SarifLog, sarif } from './sarif.ts';
export type {
  Diagnosis,
  Finding,
  Ignore,
  IgnoredFinding,
  RuleGroup,
  Severity,
} from './types.ts';
