import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { command } from './command.ts';
import { root } from './root.ts';
import { add, type Counts, noCounts } from './run-steps.ts';

const report = join(root, 'test-results/vitest.json');

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: VitestFile[];
}

interface VitestFile {
  /** Its path. */
  name: string;
  status: string;
  message: string;
  assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
}

/**
 * Runs tests, showing Vitest's own output, and counts them from its JSON report.
 *
 * @param tests `slow`: the *.slow.test.ts files; `placements`: those of the flagship, once for each placement;
 *   `citus`: those of the features that run on a cluster too; `fast`: all others but the long ones.
 * @param built Whether the packages have just been built: the examples then run on them. Default: as
 *   TENANTRY_BUILT says.
 */
export async function runVitest(
  tests: 'fast' | 'slow' | 'placements' | 'citus',
  built: boolean,
): Promise<Counts> {
  rmSync(report, { force: true });
  const args = ['run', '--config', 'vitest.workspace.ts'];
  if (tests === 'slow') args.push('.slow.test.ts', '--project', '!* on Citus');
  if (tests === 'placements') args.push('--project', 'b2b-saas in *');
  if (tests === 'citus') args.push('--project', '* on Citus');
  // A summary that is redrawn would be torn by what other steps print meanwhile.
  const env = {
    TENANTRY_NO_SUMMARY: '1',
    TENANTRY_SLOW: tests === 'fast' ? undefined : '1',
    TENANTRY_BUILT: built ? '1' : process.env.TENANTRY_BUILT,
  };
  const green = await command('vitest', args, { live: true, env }).then(
    () => true,
    () => false,
  );
  const counts = countsOf(JSON.parse(readFileSync(report, 'utf8')) as VitestReport);
  // An unhandled rejection fails the run although every test passed.
  if (!green && counts.failed === 0) add(counts, failure('vitest', 'an error outside of a test'));
  return counts;
}

function countsOf(result: VitestReport): Counts {
  const counts = {
    ...noCounts(),
    passed: result.numPassedTests,
    skipped: result.numPendingTests + result.numTodoTests,
  };
  for (const file of result.testResults.filter(({ status }) => status === 'failed')) {
    const path = relative(root, file.name);
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failed) {
      add(counts, failure(`${path} > ${fullName}`, failureMessages?.[0]));
    }
    if (failed.length === 0) add(counts, failure(path, file.message));
  }
  return counts;
}

function failure(name: string, message = ''): Counts {
  const [firstLine = ''] = message.split('\n');
  return { ...noCounts(), failed: 1, failures: [`${name}: ${firstLine.slice(0, 200)}`] };
}
