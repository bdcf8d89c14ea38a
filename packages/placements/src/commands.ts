import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { adviseCommands } from './advise/commands.ts';
import { addPlace } from './api/add-place.ts';
import { places } from './api/places.ts';
import type { AtPlace } from './lifecycle/at-place.ts';
import { lifecycleCommands } from './lifecycle/commands.ts';
import { type MigrateSettings, migrateCommands } from './migrate/commands.ts';
import { moveCommands } from './move/commands.ts';

/** The commands of `tenantry places`. */
const placesCommands: Readonly<Record<string, FeatureCommand>> = {
  'places list': defineCommand({
    summary: 'List the databases of tenants.',
    needs: 'system-read',
    json: true,
    async run({ pool, print }) {
      const found = await places(pool);
      print.result(found, () => {
        if (found.length === 0) print.line('All tenants live in the shared tables.');
        else print.table(found);
      });
    },
  }),
  'places add': defineCommand({
    summary: 'Add a database, migrated already, in which tenants may live.',
    needs: 'system-write',
    positionals: {
      name: {
        type: 'text',
        value: 'name',
        required: true,
        form: { pattern: /^[a-z][a-z0-9_-]{0,62}$/, words: 'lower-case letters, digits, _ and -' },
        summary: 'The name under which the option `connect` knows it.',
      },
    },
    options: {
      url: {
        type: 'text',
        value: 'url',
        required: true,
        summary: 'Its connection string, of the login that migrates.',
      },
    },
    async run({ tenancy, pool, positionals, options, print }) {
      await addPlace(pool, options.url, tenancy, positionals.name);
      print.done(`${positionals.name} is a place. Tenants get it by placements.place(…).`);
    },
  }),
};

/** All commands. @param settings the options of `definePlacements` that they need */
export const commandsOf = ({
  at,
  ...settings
}: MigrateSettings & { readonly at: AtPlace }): Readonly<Record<string, FeatureCommand>> => ({
  ...placesCommands,
  ...adviseCommands,
  ...lifecycleCommands(at),
  ...migrateCommands(settings),
  ...moveCommands(settings),
});
