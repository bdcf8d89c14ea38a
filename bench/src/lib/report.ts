import type { Report, Target } from './bench.ts';
import { describeMachine } from './machine.ts';
import type { Result } from './result.ts';
import { terminalTable } from './table.ts';

const columns = [
  'op',
  'latencyMs',
  'concurrency',
  'variant',
  'base',
  'ratio',
  'cpuRatio',
  'roundTrips',
  'p50',
  'p99',
] as const;

/** Results as a table to read, with what has to be known about them. */
export function printReport({ results, serverVersion, notes }: Report): string {
  const measured = results.filter((row) => row.ratio !== null);
  const table = terminalTable(
    columns,
    measured.map((row) => columns.map((column) => row[column])),
  );
  const facts = results.filter((row) => row.ratio === null).map(describeFacts);
  return [describeMachine(serverVersion), '', table, '', ...facts, '', ...notes].join('\n');
}

/** A row without times: what it found. */
function describeFacts(row: Result): string {
  const known = new Set<string>([...columns, 'bench']);
  const facts = Object.entries(row).filter(([key]) => !known.has(key));
  return `${row.op}: ${facts.map(([key, value]) => `${key} ${value}`).join(', ')}`;
}

/** Each target: reached, missed, or not measured in this run. */
export function printChecks(targets: readonly Target[], results: readonly Result[]): string {
  return targets
    .map(({ name, wanted, check }) => {
      const outcome = check(results);
      if (outcome === undefined) return `? ${name}: ${wanted} – not measured`;
      const mark = outcome.reached ? '✓' : '✗';
      return `${mark} ${name}: ${wanted} – ${outcome.reached ? 'reached' : 'missed'}: ${outcome.found}`;
    })
    .join('\n');
}
