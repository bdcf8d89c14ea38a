import { rules } from './rules/index.ts';
import type { RuleGroup, Severity } from './types.ts';

/** A summary of a rule of `doctor`. */
export interface RuleSummary {
  readonly id: string;
  readonly group: RuleGroup;
  readonly severity: Severity;
  /** The statement that is true without a finding. */
  readonly title: string;
}

/** Every rule, in the order of the report. */
export const ruleSummaries: readonly RuleSummary[] = Object.freeze(
  rules.map(({ id, group, severity, title }) => Object.freeze({ id, group, severity, title })),
);
