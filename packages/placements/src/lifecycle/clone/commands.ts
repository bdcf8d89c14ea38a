import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { otherValues, tenant, withoutTables } from '../../arguments.ts';
import type { AtPlace } from '../at-place.ts';
import { maskingKey } from '../masking/key.ts';
import { valuesOf } from '../values.ts';

/** `tenantry tenants clone`. */
export const cloneCommands = (at: AtPlace): Record<string, FeatureCommand> => ({
  'tenants clone': defineCommand({
    summary: 'Copy a tenant under another id, with personal columns masked.',
    needs: 'system-read',
    positionals: { tenant },
    options: {
      as: { type: 'text', value: 'id', required: true, summary: 'The id of the copy.' },
      set: otherValues,
      without: withoutTables,
      'to-url': {
        type: 'text',
        value: 'url',
        summary:
          'Write the copy by this login, which migrates that database. Default: the shared database, as for doctor.',
      },
    },
    async run({ pool, tenancy, positionals, options, migrations, print, progress, refuse }) {
      const { cloneTenant } = await import('./clone-tenant.ts');
      const { tenant, rows } = await cloneTenant(pool, at, {
        tenancy,
        tenant: positionals.tenant,
        as: options.as,
        set: valuesOf(options.set, refuse),
        without: options.without?.split(',') ?? [],
        to: migrations.url(options['to-url']),
        masked: maskingKey(),
        progress,
      });
      const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
      print.done(`${tenant} is a copy of ${positionals.tenant}: ${count} rows.`);
    },
  }),
});
