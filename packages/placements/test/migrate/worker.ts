import { defineTenancy } from '@tenantry/core';
import { migrateFleet } from '../../src/migrate/fleet.ts';
import { readFolder } from '../../src/migrate/folder.ts';

// Migrates a fleet when it is told to, and may be killed at any moment.

const [shared = '', folder = '', urls = ''] = process.argv.slice(2);
const places = new Map(Object.entries(JSON.parse(urls) as Record<string, string>));
const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'placements_app', system: 'placements_system' },
});

process.once('message', () => {
  void migrateFleet({
    tenancy,
    url: shared,
    connect: (name) => places.get(name),
    folder: readFolder(folder),
    ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
    parallel: 2,
    verify: false,
    dryRun: false,
    acceptDrift: false,
    tries: 30,
    waitMs: 60_000,
    progress() {},
    note() {},
  }).then((outcomes) => {
    process.send?.(outcomes.map(({ state }) => state));
    process.disconnect();
  });
});
process.send?.('ready');
