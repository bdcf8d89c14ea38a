import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLinks } from './check-links.ts';
import { installedSteps, packSteps } from './packaging/steps.ts';
import { command, endCommandsWithUs, pnpm } from './steps/command.ts';
import { add, gate, noCounts, runSteps, type Step } from './steps/run-steps.ts';
import { runVitest } from './steps/vitest.ts';

// pnpm test                    everything
// pnpm test types packaging    some groups of steps
// pnpm test:unit <file>        one test file

endCommandsWithUs();
const work = await mkdtemp(join(tmpdir(), 'tenantry-test-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

/** Groups run in this order; the steps of a group run so many at a time. */
const groups: Record<string, { lanes: number; steps: Step[] }[]> = {
  static: [
    {
      lanes: 2,
      steps: [
        tool('types', 'tsc', '--noEmit', '-p', 'tsconfig.json'),
        tool('format and lint', 'biome', 'check', '--error-on-warnings', '.'),
        tool('promises are awaited', 'eslint', '.'),
        tool('nothing unused', 'knip', '--no-config-hints'),
        tool('directions of dependency', 'depcruise', 'packages', 'examples', 'bench'),
      ],
    },
  ],
  packaging: [
    { lanes: 2, steps: packSteps(work) },
    { lanes: 2, steps: installedSteps(work) },
  ],
  docs: [
    {
      lanes: 2,
      steps: [
        gate('docs without dead links', () => pnpm(['docs:build'])),
        gate('links of other pages', checkLinks),
      ],
    },
  ],
  tests: [{ lanes: 1, steps: [{ name: 'tests on PostgreSQL', live: true, run: runVitest }] }],
};

function tool(name: string, file: string, ...args: string[]): Step {
  return gate(name, () => command(file, args));
}

async function main(asked: string[]): Promise<number> {
  const unknown = asked.filter((name) => !Object.hasOwn(groups, name));
  if (unknown.length > 0) {
    console.error(
      `\`pnpm test\` runs groups of steps: ${Object.keys(groups).join(', ')}; it has no ${unknown.join(', ')}.\n` +
        'For test files: pnpm test:unit <file>',
    );
    return 2;
  }
  const total = noCounts();
  for (const [name, stages] of Object.entries(groups)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    for (const { lanes, steps } of stages) {
      add(total, await runSteps(steps, lanes));
    }
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
