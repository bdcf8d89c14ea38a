import { rules } from './rules/index.ts';
import type { RuleGroup, Severity } from './types.ts';

/** A rule of `doctor`, in short. */
export interface RuleSummary {
  readonly id: string;
  readonly group: RuleGroup;
  readonly severity: Severity;
  /** What holds when there is no finding. */
  readonly title: string;
}

/** Every rule, in the order of the report. */
export const ruleSummaries: readonly RuleSummary[] = Object.freeze(
  rules.map(({ id, group, severity, title }) => Object.freeze({ id, group, severity, title })),
);
