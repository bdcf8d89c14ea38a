import type { AttackResult, IsolationReport } from './types.ts';

/** Combines the results. */
export function reportOf(
  tables: readonly string[],
  results: readonly AttackResult[],
  unproven: IsolationReport['unproven'],
  durationMs: number,
): IsolationReport {
  const leaks = results.filter(({ outcome }) => outcome === 'leaked');
  const report = { tables, results, leaks, unproven, durationMs };
  return Object.freeze({ ...report, toString: () => textOf(report) });
}

type Plain = Omit<IsolationReport, 'toString'>;

function textOf({ tables, results, leaks, unproven, durationMs }: Plain): string {
  const vacuous = results.filter(({ outcome }) => outcome === 'vacuous');
  const reach = results.reduce((sum, { couldReach }) => sum + couldReach, 0);
  const targets = [...new Set(results.map(({ target }) => target))];
  const width = Math.max(0, ...targets.map((target) => target.length));
  const lines = targets.map((target) => {
    const own = results.filter((each) => each.target === target);
    const leaked = own.filter(({ outcome }) => outcome === 'leaked').map(({ attack }) => attack);
    const could = own.reduce((sum, { couldReach }) => sum + couldReach, 0);
    const state = leaked.length > 0 ? `✗ ${leaked.join(', ')}` : `✓ ${own.length} attacks held`;
    return `  ${target.padEnd(width)}  ${state}; with isolation off they reach ${could} rows`;
  });
  return [
    `${tables.length} tables, ${results.length} attacks, ${reach} rows in reach with isolation off, ${(durationMs / 1000).toFixed(1)} s`,
    ...lines,
    ...section(
      'Leaks',
      leaks.map(
        (leak) =>
          `${leak.target}: ${leak.attack} reached ${leak.reached} of ${leak.couldReach} rows of the other tenant`,
      ),
    ),
    ...section(
      'Proves nothing',
      vacuous.map(
        (each) => `${each.target}: ${each.attack} could not have reached a row (${each.how})`,
      ),
    ),
    ...section(
      'Not attacked',
      unproven.map(({ table, why }) => `${table}: ${why}`),
    ),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
