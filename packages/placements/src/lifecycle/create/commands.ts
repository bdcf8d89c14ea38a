import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import type { AtPlace } from '../at-place.ts';
import { valuesOf } from '../values.ts';

/** `tenantry tenants create`. */
export const createCommands = (at: AtPlace): Record<string, FeatureCommand> => ({
  'tenants create': defineCommand({
    summary: 'Create a tenant, with a place when one is named.',
    needs: 'system-write',
    options: {
      set: {
        type: 'text',
        value: 'column=value',
        required: true,
        summary:
          'Give columns of its row values, with commas: name=Acme,slug=acme. A comma in a value is \\,.',
      },
      id: {
        type: 'text',
        value: 'id',
        summary:
          'Give it this id. Default: a random uuid; where ids are none, the default of the column.',
      },
      place: {
        type: 'text',
        value: 'place',
        summary: 'Let it live in this place. Default: in the shared tables.',
      },
    },
    json: true,
    async run({ pool, tenancy, options, print, refuse }) {
      const { createTenant } = await import('./create-tenant.ts');
      const { place } = options;
      const { id, made } = await createTenant(pool, at, {
        tenancy,
        id: options.id,
        set: valuesOf(options.set, refuse),
        place,
      });
      print.result({ id, place: place ?? null, made }, () =>
        print.done(
          `${id} ${made ? 'is created' : 'was there already'}${place === undefined ? '' : ` and lives in ${place}`}.`,
        ),
      );
    },
  }),
});
