import { auditBench } from './audit/index.ts';
import { billingBench } from './billing/index.ts';
import { citusBench } from './citus/index.ts';
import { growthBench } from './growth/index.ts';
import { httpBench } from './http/index.ts';
import type { Bench, Expectation, Report } from './lib/bench.ts';
import { type BenchOptions, readArguments, usage } from './lib/options.ts';
import { markdownReport, printChecks, printReport } from './lib/report.ts';
import { readSection, writeSection } from './lib/section-file.ts';
import { limitsBench } from './limits/index.ts';
import { numbersBench } from './numbers/index.ts';
import { rbacBench } from './rbac/index.ts';
import { scopedBench } from './scoped/index.ts';
import { searchBench } from './search/index.ts';
import { systemBench } from './system/index.ts';
import { throughBench } from './through/index.ts';
import { witnessBench } from './witness/index.ts';

/** Every bench is a folder; a new one joins here. */
const benches: readonly Bench[] = [
  scopedBench,
  rbacBench,
  limitsBench,
  auditBench,
  billingBench,
  searchBench,
  numbersBench,
  throughBench,
  systemBench,
  witnessBench,
  httpBench,
  growthBench,
  citusBench,
];

const progress = (text: string) => void process.stderr.write(text);
const print = (text: string) => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { name, options } = readArguments(process.argv.slice(2));
  if (name === 'gate') return gate();
  const bench = benches.find((each) => each.name === name);
  if (bench === undefined) {
    throw new Error(
      `No bench ${name}; there are gate, ${benches.map((each) => each.name).join(', ')}.\n\n${usage}`,
    );
  }
  if (options.into !== undefined) readSection(options.into, bench.name); // fails before measuring
  const report = await bench.run(options, progress);
  show(bench, report, options);
  return 0;
}

function show(bench: Bench, report: Report, { output, into, check }: BenchOptions): void {
  if (into !== undefined) writeSection(into, bench.name, markdownReport(bench, report));
  else if (output === 'json') print(JSON.stringify({ results: report.results }));
  else if (output === 'markdown') print(markdownReport(bench, report));
  else print(printReport(report));
  if (!check) return;
  const checks = printChecks(bench.targets, report.results);
  // stdout of --json is the JSON alone
  if (output === 'table') print(`\n${checks}`);
  else progress(`${checks}\n`);
}

/** Runs what never depends on time; 1 with what was expected and found when something is broken. */
async function gate(): Promise<number> {
  const expectations: Expectation[] = [];
  for (const bench of benches) expectations.push(...(await bench.gate(progress)));
  const broken = expectations.filter(({ holds }) => !holds);
  for (const { what, expected, found } of broken) {
    print(`✗ ${what}: expected ${expected}, found ${found}`);
  }
  print(`${expectations.length - broken.length} of ${expectations.length} expectations hold`);
  return broken.length === 0 ? 0 : 1;
}

// The server and the proxy are processes that do not keep this one alive while it waits for them;
// and a pool that is still open after a failure must not keep it.
setInterval(() => {}, 60_000);
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    progress(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(2);
  },
);
