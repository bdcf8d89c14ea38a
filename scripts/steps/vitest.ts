import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { root } from './root.ts';
import type { Counts } from './run-steps.ts';

const report = join(root, 'test-results/vitest.json');

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

/** Runs all tests, showing Vitest's own output, and counts them from its JSON report. */
export async function runVitest(): Promise<Counts> {
  rmSync(report, { force: true });
  const args = ['run', '--config', 'vitest.workspace.ts'];
  // A summary that is redrawn would be torn by what other steps print meanwhile.
  const env = { TENANTRY_NO_SUMMARY: '1' };
  const green = await command('vitest', args, { live: true, env }).then(
    () => true,
    () => false,
  );
  const counts = countsOf(JSON.parse(readFileSync(report, 'utf8')) as VitestReport);
  // An unhandled rejection fails the run although every test passed.
  return green || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function countsOf(result: VitestReport): Counts {
  const filesNotLoaded = result.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + filesNotLoaded,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
