import { TenantryError } from '@tenantry/core';
import type { Finding, Ignore, IgnoredFinding } from './types.ts';

/** The active findings, the accepted ones, and ignores that match nothing. */
export interface Sorted {
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly staleIgnores: readonly Ignore[];
}

/**
 * Separates the findings that the configuration ignores.
 * @param rules every rule of the examination, those of features too
 * @throws TenantryError `CONFIG_INVALID` for an unknown rule, and for an ignore without a reason.
 */
export function sortOut(
  all: readonly Finding[],
  ignores: readonly Ignore[],
  rules: readonly { readonly id: string }[],
): Sorted {
  const known = new Set(rules.map(({ id }) => id));
  for (const { rule, reason } of ignores) {
    if (!known.has(rule)) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `doctor.ignore names the rule ${JSON.stringify(rule)}, which does not exist.`,
        fix: 'Use the id that stands behind the finding.',
      });
    }
    if (typeof reason !== 'string' || reason.trim().length < 3) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `doctor.ignore of ${rule} has no reason.`,
        fix: 'Say why, in words that the next reader understands.',
      });
    }
  }
  const used = new Set<Ignore>();
  const findings: Finding[] = [];
  const ignored: IgnoredFinding[] = [];
  for (const finding of all) {
    const match = ignores.find(
      ({ rule, object = '*' }) => rule === finding.rule && pattern(object).test(finding.object),
    );
    if (match === undefined) findings.push(finding);
    else {
      used.add(match);
      ignored.push({ ...finding, reason: match.reason });
    }
  }
  return { findings, ignored, staleIgnores: ignores.filter((ignore) => !used.has(ignore)) };
}

const pattern = (object: string) =>
  new RegExp(`^${object.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
