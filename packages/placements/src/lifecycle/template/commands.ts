import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { newPlace } from '../../arguments.ts';

/** `tenantry places create`. */
export const placeCreationCommands: Record<string, FeatureCommand> = {
  'places create': defineCommand({
    summary: 'Create a database of tenants from a template, and add it as a place.',
    needs: 'system-write',
    positionals: {
      name: newPlace('The name of the place, which the option `connect` knows.'),
    },
    options: {
      from: {
        type: 'text',
        value: 'database',
        required: true,
        summary: 'Copy this database, in which the migrations have run and no tenant lives.',
      },
      url: {
        type: 'text',
        value: 'url',
        required: true,
        summary:
          'The connection string, to any database of that server, of the login that migrates there and may create databases.',
      },
      database: {
        type: 'text',
        value: 'name',
        summary: 'Name the new database. Default: as the place.',
      },
    },
    json: true,
    async run({ pool, tenancy, positionals, options, print }) {
      const { createPlace } = await import('./create-place.ts');
      const database = options.database ?? positionals.name;
      const { ms } = await createPlace(pool, {
        tenancy,
        place: positionals.name,
        database,
        template: options.from,
        url: options.url,
      });
      print.result({ place: positionals.name, database, ms }, () =>
        print.done(
          `${positionals.name} is a place: the database ${database}, made of ${options.from} in ${ms} ms. Let connect('${positionals.name}', …) lead to it.`,
        ),
      );
    },
  }),
};
