import type { RoutedOptions } from '@tenantry/core/placement';
import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { sharedUrl, tenant, wait } from '../../arguments.ts';
import { searchPathOf } from '../../schemas/names.ts';

/** ISO 8601 with a zone: without one it would be that of whoever types it. */
const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)$/;

/** `tenantry tenants rewind`. */
export const rewindCommands = ({
  connect,
  searchPath,
}: {
  readonly connect: RoutedOptions['connect'];
  readonly searchPath: readonly string[];
}): Record<string, FeatureCommand> => ({
  'tenants rewind': defineCommand({
    summary: 'Show what a tenant had at another time, and bring it back.',
    needs: 'system-read',
    positionals: { tenant },
    options: {
      to: {
        type: 'text',
        value: 'time',
        form: { pattern: moment, words: 'a time with its zone: 2026-05-05T14:30:00+02:00' },
        summary: 'Take back what the audit log has since this time.',
      },
      from: {
        type: 'text',
        value: 'folder',
        summary: 'Bring back what this folder of `tenantry tenants export` has.',
      },
      without: {
        type: 'text',
        value: 'tables',
        summary:
          'Leave tables or columns as they are, with commas: public.invoices,public.tasks.seen_at.',
      },
      apply: {
        type: 'text',
        value: 'digest',
        summary: 'Write the differences that were shown with this digest.',
      },
      by: {
        type: 'text',
        value: 'name',
        default: 'tenantry tenants rewind',
        summary: 'Name who does it, for the audit log.',
      },
      rows: {
        type: 'whole',
        min: 0,
        max: 100_000,
        default: 20,
        summary: 'Show so many rows of each table.',
      },
      wait,
      url: sharedUrl,
    },
    json: true,
    async run({ pool, tenancy, positionals, options, migrations, print, progress, refuse }) {
      const source =
        options.to !== undefined && options.from === undefined
          ? { to: options.to }
          : options.from !== undefined && options.to === undefined
            ? { from: options.from }
            : refuse('either --to or --from');
      const [{ placeOf, refuseMoving }, { findTenant }, { connectionOf, withConnection }] =
        await Promise.all([
          import('../place-of.ts'),
          import('../find-tenant.ts'),
          import('../../connect.ts'),
        ]);
      const [{ rewindTenant }, { printRewound }] = await Promise.all([
        import('./rewind-tenant.ts'),
        import('./print.ts'),
      ]);
      const tenant = await findTenant(pool, tenancy, positionals.tenant);
      await refuseMoving(pool, tenancy, tenant);
      const { place, schema } = await placeOf(pool, tenancy, tenant);
      // a schema is in the shared database
      const database = schema === null ? place : null;
      const title = database === null ? 'the shared database' : `the place ${database}`;
      const connection =
        database === null
          ? migrations.url(options.url)
          : await connectionOf(database, 'owner', connect);
      const path = searchPathOf(tenancy, searchPath);
      const rewound = await withConnection(title, connection, (session) =>
        rewindTenant(session, {
          tenancy,
          tenant,
          source,
          place: database ?? undefined,
          inSchema: schema === null ? undefined : { schema, path: path(schema) },
          without: options.without?.split(',') ?? [],
          apply: options.apply,
          by: options.by,
          most: options.rows,
          waitMs: options.wait * 1000,
          progress,
        }),
      );
      print.result(rewound, () => printRewound(print, rewound));
      return rewound.refused.length > 0 ? 1 : 0;
    },
  }),
});
