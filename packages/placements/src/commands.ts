import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { adviseCommands } from './advise/commands.ts';
import { addPlace } from './api/add-place.ts';
import { places } from './api/places.ts';
import { newPlace } from './arguments.ts';
import type { AtPlace } from './lifecycle/at-place.ts';
import { cloneCommands } from './lifecycle/clone/commands.ts';
import { lifecycleCommands } from './lifecycle/commands.ts';
import { createCommands } from './lifecycle/create/commands.ts';
import { importCommands } from './lifecycle/import/commands.ts';
import { rewindCommands } from './lifecycle/rewind/commands.ts';
import { placeCreationCommands } from './lifecycle/template/commands.ts';
import { type MigrateSettings, migrateCommands } from './migrate/commands.ts';
import { moveCommands } from './move/commands.ts';
import { addSchema } from './schemas/add-schema.ts';
import { schemaForm } from './schemas/names.ts';

/** The commands of `tenantry places`. */
const placesCommands: Readonly<Record<string, FeatureCommand>> = {
  'places list': defineCommand({
    summary: 'List the databases and schemas of tenants.',
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
    summary: 'Add a database, migrated already, or a schema in which tenants may live.',
    needs: 'system-write',
    positionals: {
      name: newPlace(
        'The name of the place; for a database that which the option `connect` knows.',
      ),
    },
    options: {
      url: {
        type: 'text',
        value: 'url',
        required: true,
        summary:
          'The connection string of the login that migrates that database; with --schema, the shared one.',
      },
      schema: {
        type: 'text',
        value: 'schema',
        form: {
          pattern: schemaForm,
          words: 'lower-case letters, digits and _, and not with pg_ at its beginning',
        },
        summary:
          'Make this schema in the shared database, or make it equal to the shared tables again.',
      },
    },
    async run({ tenancy, pool, positionals, options, migrations, print }) {
      const { schema } = options;
      if (schema !== undefined) {
        const place = { place: positionals.name, schema };
        const made = await addSchema(pool, options.url, tenancy, place, migrations.ledger);
        print.done(
          `${positionals.name} is the schema ${schema}; ${made} statements have run there.`,
        );
        return;
      }
      await addPlace(pool, options.url, tenancy, positionals.name);
      print.done(`${positionals.name} is a place. Tenants get it by placements.place(…).`);
    },
  }),
  'places remove': defineCommand({
    summary: 'Remove a place where no tenant lives; a schema is dropped, a database stays.',
    needs: 'system-write',
    positionals: {
      name: { type: 'text', value: 'name', required: true, summary: 'The name of the place.' },
    },
    options: {
      url: {
        type: 'text',
        value: 'url',
        required: true,
        summary: 'The connection string of the login that migrates the shared database.',
      },
    },
    async run({ tenancy, pool, positionals, options, print }) {
      const { removePlace } = await import('./schemas/remove-place.ts');
      const schema = await removePlace(pool, options.url, tenancy, positionals.name);
      print.done(
        `${positionals.name} is no place any more; ${schema === null ? 'its database is as it was' : `the schema ${schema} is dropped`}.`,
      );
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
  ...cloneCommands(at),
  ...createCommands(at),
  ...importCommands(settings),
  ...placeCreationCommands,
  ...rewindCommands(settings),
  ...migrateCommands(settings),
  ...moveCommands(settings),
});
