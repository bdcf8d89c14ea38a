import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLinks } from './check-links.ts';
import { installedSteps, packSteps } from './packaging/steps.ts';
import { command, endCommandsWithUs, pnpm } from './steps/command.ts';
import { add, gate, noCounts, runSteps, type Step } from './steps/run-steps.ts';
import { runVitest } from './steps/vitest.ts';

// pnpm test                        static checks and tests
// pnpm test packaging slow docs    other groups of steps
// pnpm test:unit <file>            one test file

endCommandsWithUs();
const work = await mkdtemp(join(tmpdir(), 'tenantry-test-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

interface Queue {
  /** How many steps run at a time. */
  lanes: number;
  /** By the group that they are asked for with. */
  steps: Record<string, Step[]>;
}

/** Their types are made by `next build`: `types.test.ts` beside them checks them then. */
const pages = 'examples/next-minimal/test';
const butPages = ['--ignore-pattern', `${pages}/{fixture,refused,cache-components}/**`];

/** Stages follow one another; the queues of a stage run beside each other. */
const stages = (isAsked: (group: string) => boolean): Queue[][] => [
  [
    {
      lanes: 2,
      steps: {
        static: [
          tool('types, and promises are awaited', 'oxlint', '--type-check', ...butPages, '.'),
          tool('promises are awaited in pages of Next.js', 'oxlint', pages),
          tool('format and lint', 'biome', 'check', '--error-on-warnings', '.'),
          tool('nothing unused', 'knip', '--no-config-hints'),
          tool('directions of dependency', 'depcruise', 'packages', 'examples', 'bench'),
        ],
        // Before the tests: some of them read packages/*/dist where it is there.
        packaging: packSteps(work),
      },
    },
  ],
  [
    {
      lanes: 1,
      steps: {
        tests: [tests('tests on PostgreSQL', 'fast', isAsked('packaging'))],
        slow: [
          tests('slow tests on PostgreSQL', 'slow', isAsked('packaging')),
          tests('the flagship in every placement', 'placements', isAsked('packaging')),
          ...(process.env.TEST_CITUS_URL
            ? [tests('the features on Citus', 'citus', isAsked('packaging'))]
            : []),
        ],
      },
    },
    {
      // The tests leave some of two cores idle.
      lanes: isAsked('tests') || isAsked('slow') ? 1 : 2,
      steps: {
        packaging: installedSteps(work),
        docs: [
          gate('docs without dead links', () => pnpm(['docs:build'])),
          gate('links of other pages', checkLinks),
        ],
      },
    },
  ],
];

function tool(name: string, file: string, ...args: string[]): Step {
  return gate(name, () => command(file, args));
}

function tests(name: string, which: Parameters<typeof runVitest>[0], built: boolean): Step {
  return { name, live: true, run: () => runVitest(which, built) };
}

async function main(asked: string[]): Promise<number> {
  const wanted = asked.length === 0 ? ['static', 'tests'] : asked;
  const isAsked = (group: string) => wanted.includes(group);
  const all = stages(isAsked);
  const groups = [...new Set(all.flat().flatMap(({ steps }) => Object.keys(steps)))];
  const unknown = asked.filter((name) => !groups.includes(name));
  if (unknown.length > 0) {
    console.error(
      `\`pnpm test\` runs groups of steps: ${groups.join(', ')}; it has no ${unknown.join(', ')}.\n` +
        'For test files: pnpm test:unit <file>',
    );
    return 2;
  }
  const total = noCounts();
  for (const stage of all) {
    const queues = stage.map(({ lanes, steps }) => {
      const chosen = Object.entries(steps).filter(([group]) => isAsked(group));
      return runSteps(
        chosen.flatMap(([, each]) => each),
        lanes,
      );
    });
    for (const counts of await Promise.all(queues)) add(total, counts);
  }
  // Again at the end: what failed stands far above.
  if (total.failures.length > 0) {
    console.log(['', ...total.failures.map((line) => `✗ ${line}`)].join('\n'));
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
