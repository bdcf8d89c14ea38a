import type { DoctorFinding, DoctorRule } from '../feature/doctor.ts';
import type { Finding, RuleGroup } from './types.ts';

/** What the report says of a finding of a rule. */
export const findingOf = (
  { id, severity, docs = '' }: DoctorRule<never>,
  group: RuleGroup,
  found: DoctorFinding,
  proof: Finding['proof'] = [],
): Finding => ({
  rule: id,
  group,
  severity: found.severity ?? severity,
  object: found.object,
  found: found.found,
  evidence: found.evidence ?? [],
  fix: found.fix,
  fixSql: found.fixSql ?? [],
  needsSuperuser: found.needsSuperuser ?? false,
  proof,
  shown: [],
  docs,
});
