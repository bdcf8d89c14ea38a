import type { Bench, Report, Target } from './bench.ts';
import { describeMachine } from './machine.ts';
import type { Result } from './result.ts';
import { sections } from './sections.ts';
import { markdownTable, terminalTable } from './table.ts';

/** Results as tables to read, with what has to be known about them. */
export function printReport({ results, serverVersion, notes }: Report): string {
  const tables = sections(results).map(
    ({ title, head, rows }) => `${title}\n${terminalTable(head, rows)}`,
  );
  return [describeMachine(serverVersion), ...tables, ...facts(results), notes.join('\n')].join(
    '\n\n',
  );
}

/** The same as Markdown, for the documentation. */
export function markdownReport(bench: Bench, { results, serverVersion, notes }: Report): string {
  const tables = sections(results).map(
    ({ title, head, rows }) => `### ${capital(title)}\n\n${markdownTable(head, rows)}`,
  );
  return [
    `Measured on ${describeMachine(serverVersion)} by \`pnpm bench ${bench.name} --markdown\`.`,
    markdownTable(['operation', 'what it is'], Object.entries(bench.operations)),
    ...tables,
    '### Targets',
    markdownTable(['', 'target', 'promised', 'found'], checks(bench.targets, results)),
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n');
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Rows without times: what they found. */
function facts(results: readonly Result[]): string[] {
  const without = results.filter((row) => row.ratio === null);
  if (without.length === 0) return [];
  const usual = new Set(['bench', 'variant', 'base', 'op', 'latencyMs', 'concurrency']);
  const lines = without.map((row) => {
    const found = Object.entries(row).filter(([key, value]) => !usual.has(key) && value !== null);
    return `${row.op}: ${found.map(([key, value]) => `${key} ${value}`).join(', ')}`;
  });
  return [lines.join('\n')];
}

/** Each target: reached, missed, or not measured in this run. */
export function printChecks(targets: readonly Target[], results: readonly Result[]): string {
  return checks(targets, results)
    .map(([outcome, name, wanted, found]) => `${outcome.padEnd(7)} ${name}, ${wanted}: ${found}`)
    .join('\n');
}

type Check = readonly [outcome: string, name: string, wanted: string, found: string];

const checks = (targets: readonly Target[], results: readonly Result[]): Check[] =>
  targets.map(({ name, wanted, check }) => {
    const outcome = check(results);
    if (outcome === undefined) return ['–', name, wanted, 'not measured'];
    return [outcome.reached ? 'reached' : 'missed', name, wanted, outcome.found];
  });
