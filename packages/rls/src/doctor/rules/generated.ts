import type { Problem } from '../intact/types.ts';
import type { Subject } from '../subject/types.ts';
import type { Found } from './rule.ts';

/** Differences of the given kinds between the generated objects and the database. */
export function* differencesOf(
  { comparison }: Subject,
  problems: readonly Problem[],
  fix: string,
): Generator<Found & { readonly problem: Problem }> {
  for (const each of comparison?.differences ?? []) {
    if (!problems.includes(each.problem)) continue;
    yield {
      object: each.object,
      // a comment is only a mark: without it the next migration recreates its object, and nothing leaks
      ...(each.wanted?.kind === 'comment' && { severity: 'warning' as const }),
      found: `${each.title}: ${each.found}`,
      evidence: each.evidence,
      fix,
      fixSql: each.repair,
      problem: each.problem,
    };
  }
}
