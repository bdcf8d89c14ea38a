import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leftOut, leftOutOnCitus } from './examples/b2b-saas/test/support/left-out.ts';
import { leftOutOnCitus as ofWorkspaces } from './examples/workspaces/test/support/left-out.ts';
import { leftOut as ofLimits } from './packages/plan-limits/test/support/left-out.ts';
import { leftOut as ofRbac } from './packages/rbac/test/support/left-out.ts';
import { citusNotTried } from './scripts/citus-not-tried.ts';

// pnpm test:unit                   every test that is neither slow nor long
// pnpm test:unit --project core    one package, example or the bench
// pnpm test:slow                   the *.slow.test.ts files, or one of them by its path
// pnpm test:slow --project 'b2b-saas in *'    the tests of the flagship, once for each placement
// pnpm test:long                   the *.long.test.ts files, or one of them by its path
// TENANTRY_BUILT=1                 examples on packages/*/dist
// TEST_DATABASE_URL, TEST_POSTGRES and TEST_POSTGRES_VERSION choose the PostgreSQL
// TEST_CITUS_URL                   the coordinator of a cluster, for the tests on Citus
// TENANTRY_SLOW=1 pnpm test:unit --project '* on Citus'    those of features, once more on that cluster

const root = fileURLToPath(new URL('.', import.meta.url));
const runsLongTests = process.env.TENANTRY_LONG === '1';
const runsSlowTests = process.env.TENANTRY_SLOW === '1' || runsLongTests;

const foldersIn = (folder: string) =>
  readdirSync(join(root, folder)).map((name) => join(root, folder, name));

/** Every package and example, the bench and the docs, where they have tests. */
function foldersWithTests(): string[] {
  return [
    ...foldersIn('packages'),
    ...foldersIn('examples'),
    join(root, 'bench'),
    join(root, 'docs'),
  ].filter((folder) => hasTests(join(folder, 'test')));
}

function hasTests(folder: string, ending = '.test.ts'): boolean {
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith(ending))
  );
}

/** Packages are taken from their sources. */
const source = { conditions: ['@tenantry/source', 'node'] };

/** The examples take what a user installs, where `packages/*` were built before: in the whole test command. */
const built = { conditions: ['node'] };
const takesBuilt = (folder: string) =>
  process.env.TENANTRY_BUILT === '1' && dirname(folder) === join(root, 'examples');

/** Test files that change what is loaded, such as by vi.mock: each has a process of its own. */
const alone = 'test/**/*.alone.test.ts';

/** Next.js serves in the process of the test, with one environment and one globalThis. */
const eachAlone = new Set(['next-minimal', 'solo-operator']);

/** All others share what is loaded with the files of their folder: loading was a third of the time. */
function projects(folder: string) {
  const name = basename(folder);
  if (eachAlone.has(name)) return [project(folder, name, 'test/**/*.test.ts')];
  const elsewhere = runsOnCitus(name) ? [alone, 'test/citus/**'] : [alone];
  const others = project(folder, name, 'test/**/*.test.ts', elsewhere);
  return hasTests(join(folder, 'test'), '.alone.test.ts')
    ? [others, project(folder, `${name} alone`, alone)]
    : [others];
}

/**
 * The tests of the flagship, once for each placement of its organizations, with slow tests alone; they have
 * run in the shared tables before. Which files are left out, and why: `leftOut`.
 */
function inPlacements() {
  if (!runsSlowTests) return [];
  return ['database', 'schema', 'mixed'].map((placement) =>
    again('examples/b2b-saas', `in ${placement}`, leftOut, { TENANTRY_PLACEMENT: placement }),
  );
}

/** Whose tests run on a cluster too. Tests of Citus alone, in `test/citus`, run there only. */
const runsOnCitus = (name: string) => name in featuresOnCitus || name in examplesOnCitus;
const featuresOnCitus = { 'plan-limits': ofLimits, rbac: ofRbac };
const examplesOnCitus = { 'b2b-saas': leftOutOnCitus, workspaces: ofWorkspaces };

/**
 * The tests of features and of two applications, once more on a cluster, with slow tests alone. Which files
 * are left out, and why: `leftOut` of each.
 */
function onCitus() {
  if (!runsSlowTests || !process.env.TEST_CITUS_URL) return [];
  return [
    ...Object.entries(featuresOnCitus).map(([name, left]) =>
      again(`packages/${name}`, 'on Citus', left, { TENANTRY_DIALECT: 'citus' }),
    ),
    ...Object.entries(examplesOnCitus).map(([name, left]) =>
      again(`examples/${name}`, 'on Citus', left, { DATABASE_DIALECT: 'citus' }),
    ),
  ];
}

/** The tests of a folder, but those that are left out, with what an environment makes of them. */
function again(
  path: string,
  where: string,
  left: Readonly<Record<string, string>>,
  env: Record<string, string>,
) {
  const folder = join(root, path);
  const unknown = Object.keys(left).filter((name) => !existsSync(join(folder, 'test', name)));
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(', ')} in ${path} to leave out.`);
  const exclude = Object.keys(left).map((name) => `test/${name}`);
  const lane = project(folder, `${basename(folder)} ${where}`, 'test/**/*.test.ts', exclude);
  return { ...lane, test: { ...lane.test, env } };
}

const within = (folder: string, pattern: string) => `${relative(root, folder)}/${pattern}`;

/** The root of all is the repository's, so that they share what Vite makes of a source. */
function project(folder: string, name: string, include: string, exclude: string[] = []) {
  return {
    ssr: { resolve: takesBuilt(folder) ? built : source },
    test: {
      name,
      root,
      isolate: include === alone || eachAlone.has(name),
      include: [within(folder, include)],
      exclude: [
        ...exclude.map((each) => within(folder, each)),
        '**/node_modules/**',
        ...(runsSlowTests ? [] : ['**/*.slow.test.ts']),
        ...(runsLongTests ? [] : ['**/*.long.test.ts']),
      ],
      // How long a test takes is up to the machine: these end only what hangs.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      expect: { poll: { timeout: 120_000 } },
      experimental: { fsModuleCache: true },
    },
  };
}

/**
 * What Vite makes of a source is kept for the other projects, and for the next run: by its text, the
 * settings, and what decides where an import leads.
 */
function keyOfCache(): string {
  const manifests = foldersIn('packages').map((folder) => join(folder, 'package.json'));
  const hash = createHash('sha256');
  for (const file of [join(root, 'pnpm-lock.yaml'), ...manifests]) hash.update(readFileSync(file));
  return hash.digest('hex');
}

export default defineConfig({
  plugins: [
    {
      name: 'key-of-cache',
      configureVitest({ experimental_defineCacheKeyGenerator: define }) {
        const key = keyOfCache();
        define(() => key);
      },
    },
  ],
  // the global setup runs in an environment of its own
  environments: { __vitest__: { resolve: source } },
  test: {
    projects: [...foldersWithTests().flatMap(projects), ...inPlacements(), ...onCitus()],
    globalSetup: [join(root, 'packages/testing/src/vitest.ts')],
    maxWorkers: 3,
    reporters: [
      ['default', { summary: process.env.TENANTRY_NO_SUMMARY !== '1' }],
      'json',
      citusNotTried,
    ],
    outputFile: { json: join(root, 'test-results/vitest.json') },
  },
});
