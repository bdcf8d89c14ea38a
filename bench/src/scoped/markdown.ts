import type { Report } from '../lib/bench.ts';
import type { Result } from '../lib/result.ts';
import { markdownTable } from '../lib/table.ts';
import { type OperationName, operationNames, operationTitles } from './operations.ts';
import { comparisons } from './variants/index.ts';

const settings = (results: readonly Result[]) => [
  ...new Set(
    results
      .filter(({ op }) => operationNames.includes(op as OperationName))
      .map(({ latencyMs, concurrency }) => `${latencyMs}/${concurrency}`),
  ),
];

/** The tables of docs/performance.md: ratios by operation, then what the numbers behind them are. */
export function scopedMarkdown({ results }: Report): string {
  const parts = [
    markdownTable(
      ['operation', 'what it is'],
      operationNames.map((op) => [op, operationTitles[op]]),
    ),
  ];
  for (const setting of settings(results)) {
    const [latencyMs, concurrency] = setting.split('/').map(Number);
    const here = results.filter(
      (row) => row.latencyMs === latencyMs && row.concurrency === concurrency,
    );
    const title = latencyMs === 0 ? 'Loopback' : `+${latencyMs} ms`;
    parts.push(`### ${title}, ${concurrency} at once`, ...gridTables(here));
  }
  const policies = results.filter(({ op }) =>
    ['scan', 'insert-check', 'insert-default', 'bulk', 'tenants'].includes(op),
  );
  if (policies.length > 0) {
    const rows = policies.map(({ op, ratio, cpuRatio, p50 }) => [op, ratio, cpuRatio, p50]);
    parts.push('### Policies', markdownTable(['operation', 'ratio', 'CPU', 'p50 ms'], rows));
  }
  return parts.join('\n\n');
}

function gridTables(here: readonly Result[]): string[] {
  const ops = operationNames.filter((op) => here.some((row) => row.op === op));
  const cell = (name: keyof Result, base: string, variant: string) => (op: string) =>
    here.find((row) => row.op === op && row.base === base && row.variant === variant)?.[name] ??
    null;
  const used = comparisons.filter(({ base, variant }) =>
    here.some((row) => row.base === base && row.variant === variant),
  );
  const table = (measure: keyof Result) =>
    markdownTable(
      ['variant', 'to', ...ops],
      used.map(({ base, variant }) => [variant, base, ...ops.map(cell(measure, base, variant))]),
    );
  const times = used
    .filter(({ base }) => base === 'hand-written')
    .map(({ base, variant }) => {
      const [p50, p99, trips] = (['p50', 'p99', 'roundTrips'] as const).map((measure) =>
        cell(measure, base, variant),
      );
      return [variant, ...ops.map((op) => `${p50?.(op)} / ${p99?.(op)} / ${trips?.(op)}`)];
    });
  return [
    'Base time over variant time; higher is better:',
    table('ratio'),
    'Variant CPU over base CPU; lower is better:',
    table('cpuRatio'),
    'p50 ms / p99 ms / round trips of one operation:',
    markdownTable(['variant', ...ops], times),
  ];
}
