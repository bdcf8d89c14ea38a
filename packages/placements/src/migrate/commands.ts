import type { RoutedOptions } from '@tenantry/core/placement';
import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { sharedUrl } from '../arguments.ts';
import { refuseFleet } from '../on-citus.ts';

/** What the commands need of the options of `definePlacements`. */
export interface MigrateSettings {
  readonly connect: RoutedOptions['connect'];
  readonly searchPath: readonly string[];
}

const where = {
  url: sharedUrl,
  migrations: {
    type: 'text',
    value: 'folder',
    summary: 'Read the migrations of this folder. Default: that of drizzle.config.ts.',
  },
  parallel: {
    type: 'whole',
    min: 1,
    max: 64,
    default: 4,
    summary: 'Work on so many places at a time.',
  },
} as const;

/** `tenantry migrate` and `tenantry migrate status`. */
export const migrateCommands = ({
  connect,
  searchPath,
}: MigrateSettings): Record<string, FeatureCommand> => ({
  migrate: defineCommand({
    summary: 'Run the migrations in the shared database and in all databases of tenants.',
    needs: 'config',
    options: {
      ...where,
      canary: {
        type: 'text',
        value: 'place',
        summary: 'Migrate this place before all others. Default: the shared database is the first.',
      },
      verify: {
        type: 'flag',
        summary: 'Look into each database, also those that are remembered to be done.',
      },
      'accept-drift': {
        type: 'flag',
        summary: 'Run what is pending where something else has run than the folder has.',
      },
      tries: {
        type: 'whole',
        min: 1,
        max: 1000,
        default: 30,
        summary: 'Ask so often for a lock that somebody else holds, in each database.',
      },
      wait: {
        type: 'whole',
        min: 0,
        max: 86_400,
        default: 600,
        summary: 'Wait so many seconds for another run, and for tenants that are moving.',
      },
      'dry-run': { type: 'flag', summary: 'Say what would run, and change nothing.' },
    },
    json: true,
    async run({ tenancy, migrations, options, print, progress }) {
      refuseFleet(tenancy);
      const [{ migrateFleet }, { readFolder }, { printRun }] = await Promise.all([
        import('./fleet.ts'),
        import('./folder.ts'),
        import('./print.ts'),
      ]);
      const outcomes = await migrateFleet({
        tenancy,
        connect,
        searchPath,
        url: migrations.url(options.url),
        folder: readFolder(migrations.folder(options.migrations)),
        ledger: migrations.ledger,
        canary: options.canary,
        parallel: options.parallel,
        verify: options.verify,
        dryRun: options['dry-run'],
        acceptDrift: options['accept-drift'],
        tries: options.tries,
        waitMs: options.wait * 1000,
        progress: (done, total) => progress('databases', done, total),
        note: print.note,
      });
      return printRun(outcomes, print);
    },
  }),
  'migrate status': defineCommand({
    summary: 'Look into all databases: which migrations have run, are pending, or differ.',
    needs: 'config',
    options: where,
    json: true,
    async run({ tenancy, migrations, options, print, progress }) {
      refuseFleet(tenancy);
      const [{ statusOf }, { readFolder }, { printStatus }] = await Promise.all([
        import('./status.ts'),
        import('./folder.ts'),
        import('./print.ts'),
      ]);
      const found = await statusOf({
        tenancy,
        connect,
        searchPath,
        url: migrations.url(options.url),
        folder: readFolder(migrations.folder(options.migrations)),
        ledger: migrations.ledger,
        parallel: options.parallel,
        progress: (done, total) => progress('databases', done, total),
      });
      return printStatus(found, print);
    },
  }),
});
