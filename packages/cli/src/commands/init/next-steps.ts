import { installCommand, runner, type Surroundings } from '../info/detect.ts';

/** Packages that are not installed yet. */
export interface Missing {
  readonly names: readonly string[];
  readonly dev: boolean;
}

/** What the files need and node_modules lacks. */
export function missingPackages({ versions, testRunner }: Surroundings): Missing[] {
  const absent = (names: readonly string[]) => names.filter((name) => versions[name] === undefined);
  const runnerMissing = testRunner === undefined ? ['vitest'] : [];
  const proof = absent(['@tenantry/testing']);
  return [
    { names: absent(['@tenantry/core', '@tenantry/rls', 'drizzle-orm', 'pg']), dev: false },
    {
      names: [
        ...absent(['tenantry', 'drizzle-kit']),
        ...proof,
        ...(proof.length > 0 ? runnerMissing : []),
      ],
      dev: true,
    },
  ];
}

/** What the user runs next, in order. */
export function nextSteps(
  around: Surroundings,
  missing: readonly Missing[],
  migrated: boolean,
  hasTables: boolean,
): string[] {
  const { packageManager, frameworks } = around;
  const run = runner(packageManager);
  const framework = frameworks[0];
  return [
    ...missing
      .filter(({ names }) => names.length > 0)
      .map(({ names, dev }) => installCommand(packageManager, names, dev)),
    ...(hasTables
      ? [
          'add ...isolate(t) and the like to your tables: https://tenantry.dev/guides/migrations#an-application-that-exists',
        ]
      : []),
    ...(migrated ? [] : [`${run} tenantry generate`]),
    `${run} drizzle-kit migrate        # with DATABASE_URL set`,
    ...(around.testRunner === 'jest' || hasTables
      ? []
      : [`${run} vitest run                 # the proof: test/isolation.test.ts`]),
    `${run} tenantry doctor            # the live database`,
    framework === undefined
      ? 'https://tenantry.dev/guides/frameworks'
      : `https://tenantry.dev/guides/frameworks for ${framework}`,
  ];
}
