import { parseArgs } from 'node:util';

/** How a bench is run and what becomes of its results. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly output: 'table' | 'json' | 'markdown';
  readonly check: boolean;
  /** A Markdown file whose section of this bench is replaced. */
  readonly into: string | undefined;
  /** Only these, where given. */
  readonly ops: readonly string[] | undefined;
  readonly variants: readonly string[] | undefined;
  readonly latencies: readonly number[] | undefined;
  readonly concurrencies: readonly number[] | undefined;
  readonly pairs: number | undefined;
  readonly windowMs: number | undefined;
}

export const usage = `Usage: pnpm bench <name> [options]

  --json                 one JSON object { results: [...] } on stdout
  --markdown             the tables of docs/performance.md on stdout
  --into docs/x.md       the same into its <!-- bench:<name> --> section of a file
  --check                which targets are reached and which are missed
  --quick                60 s at most: fewer pairs, fewer combinations
  --ops point,list       only these operations
  --variants tenantry    only comparisons in which one of these takes part
  --latency 0,1          only these added latencies, in milliseconds
  --concurrency 1,8,32   only these numbers of operations at once
  --pairs 45             how often each comparison is made
  --window 60            how long one side of a pair runs, in milliseconds

pnpm bench gate          what never depends on time: round trips, plans, connections kept`;

/** The command line, read. @throws Error in words for a user. */
export function readArguments(args: readonly string[]): { name: string; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      into: { type: 'string' },
      quick: { type: 'boolean', default: false },
      ops: { type: 'string' },
      variants: { type: 'string' },
      latency: { type: 'string' },
      concurrency: { type: 'string' },
      pairs: { type: 'string' },
      window: { type: 'string' },
    },
  });
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new Error(usage);
  if (values.json && values.markdown) throw new Error('Use --json or --markdown, not both.');
  return {
    name,
    options: {
      quick: values.quick,
      output: values.json ? 'json' : values.markdown ? 'markdown' : 'table',
      check: values.check,
      into: values.into,
      ops: list(values.ops),
      variants: list(values.variants),
      latencies: numbers('latency', values.latency, 0),
      concurrencies: numbers('concurrency', values.concurrency, 1),
      pairs: numbers('pairs', values.pairs, 1)?.[0],
      windowMs: numbers('window', values.window, 1)?.[0],
    },
  };
}

const list = (value: string | undefined) => value?.split(',').filter((each) => each !== '');

function numbers(option: string, value: string | undefined, least: number) {
  return list(value)?.map((each) => {
    const number = Number(each);
    if (Number.isFinite(number) && number >= least) return number;
    throw new Error(`--${option} ${each}: use numbers from ${least}, separated by commas.`);
  });
}

/** Whether a choice of the command line, if there is one, has this value. */
export const chosen = <T>(choice: readonly T[] | undefined, value: T) =>
  choice === undefined || choice.includes(value);
