/**
 * Test files that do not run once for each placement, nor on a cluster, each with the reason. Every other
 * file of this folder does: see `vitest.workspace.ts`.
 */
const everywhere: Readonly<Record<string, string>> = {
  'all-together/app.test.ts': 'another application, of a page of the docs',
  'all-together/keys.test.ts': 'another application, of a page of the docs',
  'answers-about-others.test.ts': 'calls the functions of one database, which are the same in each',
  'backup.test.ts': 'dumps and restores one database',
  'command-reference.test.ts': 'about a page of the docs',
  'demo-command.slow.test.ts': 'starts the demo, which has no places',
  'counts-in-schemas.test.ts': 'has places of its own',
  'demo-notices.slow.test.ts': 'shows that the demo can fail: demo-claims is what must hold',
  'demo-once.long.test.ts': 'starts the demo, which has no places',
  'features-gone.test.ts': 'about what generate writes',
  'function-marks.test.ts': 'about what generate writes',
  'generated-mutations.long.test.ts': 'about what generate writes',
  'generated-mutations.test.ts': 'about what generate writes',
  'generated-objects.test.ts': 'about what generate writes',
  'life-in-a-schema.test.ts': 'moves tenants itself',
  'maintain.test.ts':
    'starts the command with a configuration without places; packages/placements tests upkeep in each',
  'managed-pooler.long.test.ts': 'about servers that one rents',
  'managed.long.test.ts': 'about servers that one rents',
  'managed.slow.test.ts': 'about servers that one rents',
  'move-a-tenant.slow.test.ts': 'moves tenants itself',
  'openapi.test.ts': 'needs no database',
  'own-schema.test.ts': 'about what generate writes',
  'protection.test.ts': 'needs no database',
  'quickstart.slow.test.ts': 'about a page of the docs',
  'readme.test.ts': 'about a page of the docs',
  'rolling-deploy.test.ts': 'about what generate writes',
  'schema-per-tenant.slow.test.ts': 'has places of its own',
  'schema.test.ts': 'about the catalogue of one database, which doctor compares in each',
  'shutdown.test.ts': 'needs no database',
  'tenant-lifecycle.test.ts': 'exports and erases tenants itself',
  'three-models.test.ts': 'has places of its own',
  'times.slow.test.ts': 'compiles all packages, for types of times',
  'two-tenancies.slow.test.ts': 'two applications in one database',
};

/** For placements. */
export const leftOut: Readonly<Record<string, string>> = {
  ...everywhere,
  'citus/convert.slow.test.ts': 'another application, on a cluster',
  'citus/together.slow.test.ts': 'another application, on a cluster',
};

/** For a cluster. */
export const leftOutOnCitus = everywhere;
