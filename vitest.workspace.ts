import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// pnpm test:unit                   every test
// pnpm test:unit --project core    one package, example or the bench
// pnpm test:long                   the *.long.test.ts files, or one of them by its path
// TENANTRY_BUILT=1                 examples on packages/*/dist
// TEST_DATABASE_URL, TEST_POSTGRES and TEST_POSTGRES_VERSION choose the PostgreSQL

const root = fileURLToPath(new URL('.', import.meta.url));
const runsLongTests = process.env.TENANTRY_LONG === '1';

/** Every package and example, the bench and the docs, where they have tests. */
function foldersWithTests(): string[] {
  const children = (folder: string) => {
    const parent = join(root, folder);
    return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  };
  return [
    ...children('packages'),
    ...children('examples'),
    join(root, 'bench'),
    join(root, 'docs'),
  ].filter((folder) => hasTests(join(folder, 'test')));
}

function hasTests(folder: string): boolean {
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.test.ts'))
  );
}

/** Packages are taken from their sources. */
const source = { conditions: ['@tenantry/source', 'node'] };

/** The examples take what a user installs, where `packages/*` were built before: in the whole test command. */
const built = { conditions: ['node'] };
const takesBuilt = (folder: string) =>
  process.env.TENANTRY_BUILT === '1' && dirname(folder) === join(root, 'examples');

function project(folder: string) {
  return {
    ssr: { resolve: takesBuilt(folder) ? built : source },
    test: {
      name: basename(folder),
      root: folder,
      include: ['test/**/*.test.ts'],
      exclude: ['**/node_modules/**', ...(runsLongTests ? [] : ['**/*.long.test.ts'])],
      // How long a test takes is up to the machine: these end only what hangs.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      expect: { poll: { timeout: 120_000 } },
    },
  };
}

export default defineConfig({
  // the global setup runs in an environment of its own
  environments: { __vitest__: { resolve: source } },
  test: {
    projects: foldersWithTests().map(project),
    globalSetup: [join(root, 'packages/testing/src/vitest.ts')],
    maxWorkers: 2,
    reporters: [['default', { summary: process.env.TENANTRY_NO_SUMMARY !== '1' }], 'json'],
    outputFile: { json: join(root, 'test-results/vitest.json') },
  },
});
