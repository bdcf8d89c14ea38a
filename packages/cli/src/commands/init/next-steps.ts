import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installCommand, runner, type Surroundings } from '../info/detect.ts';
import { globalSetup } from './files.ts';

/** Packages that are not installed yet. */
export interface Missing {
  readonly names: readonly string[];
  readonly dev: boolean;
}

/** Packages that the files need and node_modules lacks. */
export function missingPackages(
  { versions, testRunner }: Surroundings,
  isPlain = false,
): Missing[] {
  const absent = (names: readonly string[]) => names.filter((name) => versions[name] === undefined);
  const runnerMissing = testRunner === undefined ? ['vitest'] : [];
  const proof = absent(['@tenantry/testing']);
  return [
    { names: absent(['@tenantry/core', '@tenantry/rls', 'drizzle-orm', 'pg']), dev: false },
    {
      names: [
        ...absent(isPlain ? ['tenantry'] : ['tenantry', 'drizzle-kit']),
        ...proof,
        ...(proof.length > 0 ? runnerMissing : []),
      ],
      dev: true,
    },
  ];
}

const startOfProject: Readonly<Record<Surroundings['packageManager'], string>> = {
  npm: 'npm init -y',
  pnpm: 'pnpm init',
  yarn: 'yarn init -y',
  bun: 'bun init -y',
};

const allowEndings =
  'set "allowImportingTsExtensions" or "rewriteRelativeImportExtensions" in tsconfig.json: the files import each other as .ts';

/** Whether an existing configuration of the user does not start a PostgreSQL. */
function lacksSetup({ folder, vitestConfig }: Surroundings): boolean {
  if (vitestConfig === undefined) return false;
  const file = join(folder, vitestConfig);
  return existsSync(file) && !readFileSync(file, 'utf8').includes(globalSetup);
}

/** The next commands for the user, in order. */
export function nextSteps(
  around: Surroundings,
  missing: readonly Missing[],
  migrated: boolean,
  plan: { readonly hasTables: boolean; readonly isSetUp: boolean; readonly isPlain: boolean },
): string[] {
  const { hasTables, isSetUp, isPlain } = plan;
  const { packageManager, frameworks } = around;
  const run = runner(packageManager);
  const framework = frameworks[0];
  const proves = around.testRunner !== 'jest' && !hasTables;
  return [
    ...(around.hasManifest ? [] : [startOfProject[packageManager]]),
    ...missing
      .filter(({ names }) => names.length > 0)
      .map(({ names, dev }) => installCommand(around, names, dev)),
    ...(around.importEnding === 'ts-to-allow' && !isSetUp ? [allowEndings] : []),
    ...(proves && lacksSetup(around)
      ? [`add globalSetup: ['${globalSetup}'] to the test section of ${around.vitestConfig}`]
      : []),
    ...(hasTables && !isSetUp
      ? [
          `${run} tenantry adopt             # what each table is, and the way of its rows: https://tenantry.dev/guides/adopt`,
          isPlain
            ? `correct tables in tenantry.config.ts; ${run} tenantry adopt --schema prints them`
            : `add ...isolate(t) and the like to your tables; ${run} tenantry adopt --schema prints them`,
        ]
      : []),
    ...(migrated ? [] : [`${run} tenantry generate`]),
    isPlain ? 'run your migrations' : `${run} drizzle-kit migrate        # with DATABASE_URL set`,
    ...(proves ? [`${run} vitest run                 # the proof: test/isolation.test.ts`] : []),
    `${run} tenantry doctor            # the live database`,
    framework === undefined
      ? 'https://tenantry.dev/guides/frameworks'
      : `https://tenantry.dev/guides/frameworks for ${framework}`,
  ];
}
