import type { RoutedOptions } from '@tenantry/core/placement';
import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { otherValues, withoutTables } from '../../arguments.ts';
import { valuesOf } from '../values.ts';

/** `tenantry tenants import`. */
export const importCommands = ({
  connect,
}: {
  readonly connect: RoutedOptions['connect'];
}): Record<string, FeatureCommand> => ({
  'tenants import': defineCommand({
    summary: 'Read an exported tenant into a database.',
    needs: 'system-write',
    positionals: {
      folder: { type: 'text', value: 'file', required: true, summary: 'The folder of the export.' },
    },
    options: {
      url: {
        type: 'text',
        value: 'url',
        summary: 'The connection string of the login that migrates the database of the tenant.',
      },
      place: {
        type: 'text',
        value: 'place',
        summary: 'Give it this place, a database or a schema, and read it in there.',
      },
      as: { type: 'text', value: 'id', summary: 'Give it another id. Its audit log stays behind.' },
      set: otherValues,
      without: withoutTables,
    },
    async run({ pool, tenancy, positionals, options, migrations, print, progress, refuse }) {
      const { url, place } = options;
      const importing = {
        tenancy,
        from: positionals.folder,
        as: options.as,
        set: valuesOf(options.set, refuse),
        without: options.without?.split(',') ?? [],
        progress,
      };
      if ((url === undefined) === (place === undefined)) refuse('either --url or --place');
      const { importTenant } = await import('./import-tenant.ts');
      const { importAtPlace } = await import('./import-at-place.ts');
      const { withConnection } = await import('../../connect.ts');
      const { tenant: id, rows } =
        place === undefined
          ? await withConnection('the database of --url', url ?? '', (client) =>
              importTenant(client, importing),
            )
          : await importAtPlace(pool, {
              ...importing,
              place,
              connect,
              sharedUrl: () => migrations.url(undefined),
            });
      const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
      print.done(
        `${count} rows of ${id} were imported${place === undefined ? '' : `; it lives in ${place}`}.`,
      );
    },
  }),
});
