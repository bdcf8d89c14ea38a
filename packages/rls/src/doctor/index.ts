import '../errors.ts';

/**
 * The examination of a live database: everything that could show a tenant the rows of another, each
 * with evidence and the fix as SQL. `npx tenantry doctor` is its command.
 *
 * @module
 */
export type { DoctorConnection } from './catalogue/read.ts';
export { type DeclaredTable, declaredTables } from './declared.ts';
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
