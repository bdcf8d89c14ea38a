import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { tenant } from '../arguments.ts';
import type { AtPlace } from './at-place.ts';
import { maskingKey } from './masking/key.ts';

/** The commands of `tenantry tenants`. What they do is loaded when one of them runs. */
export const lifecycleCommands = (at: AtPlace): Readonly<Record<string, FeatureCommand>> => ({
  'tenants list': defineCommand({
    summary: 'List the tenants, their places and who is suspended.',
    needs: 'system-read',
    json: true,
    async run({ pool, tenancy, print }) {
      const { listTenants } = await import('./list.ts');
      const found = await listTenants(pool, tenancy);
      print.result(found, () => print.table(found));
    },
  }),
  'tenants suspend': defineCommand({
    summary: 'Refuse all statements of a tenant until it is restored.',
    needs: 'system-write',
    positionals: { tenant },
    options: {
      reason: { type: 'text', value: 'text', required: true, summary: 'Say why, for the list.' },
    },
    async run({ pool, tenancy, positionals, options, print }) {
      const { findTenant } = await import('./find-tenant.ts');
      const { suspend } = await import('./suspend/suspend.ts');
      const id = await findTenant(pool, tenancy, positionals.tenant);
      await suspend(pool, id, options.reason, { schema: tenancy.schema, at });
      print.done(`${positionals.tenant} is suspended; none of its transactions is running.`);
    },
  }),
  'tenants restore': defineCommand({
    summary: 'Serve a suspended tenant again.',
    needs: 'system-write',
    positionals: { tenant },
    async run({ pool, tenancy, positionals, print }) {
      const { findTenant } = await import('./find-tenant.ts');
      const { restore } = await import('./suspend/suspend.ts');
      const was = await restore(pool, await findTenant(pool, tenancy, positionals.tenant));
      print.done(`${positionals.tenant} ${was ? 'is served again' : 'was not suspended'}.`);
    },
  }),
  'tenants export': defineCommand({
    summary: 'Write everything that a tenant has into a folder.',
    needs: 'system-read',
    positionals: { tenant },
    options: {
      to: {
        type: 'text',
        value: 'folder',
        required: true,
        summary: 'The folder, or with --format sql the file, which is made.',
      },
      format: {
        type: 'choice',
        of: ['ndjson', 'sql'],
        default: 'ndjson',
        summary: 'Write files for an import, or a file for psql.',
      },
      masked: { type: 'flag', summary: 'Mask the columns that masked(t, …) names.' },
    },
    async run({ pool, tenancy, positionals, options, print, progress }) {
      const { exportFrom } = await import('./export/export-from.ts');
      const what = {
        tenancy,
        tenant: positionals.tenant,
        to: options.to,
        masked: options.masked && maskingKey(),
        progress,
      };
      const said = (counts: readonly number[]) =>
        print.done(
          `${counts.reduce((sum, rows) => sum + rows, 0)} rows of ${counts.length} tables are in ${options.to}.`,
        );
      if (options.format === 'sql') {
        const { exportSql } = await import('./export/export-sql.ts');
        const { rows, sha256 } = await exportFrom(pool, at, what, exportSql);
        said(Object.values(rows));
        print.line(`sha256 of all lines but the last: ${sha256}`);
        return;
      }
      const { exportTenant } = await import('./export/export-tenant.ts');
      const { tables } = await exportFrom(pool, at, what, exportTenant);
      said(tables.map(({ rows }) => rows));
    },
  }),
  'tenants erase': defineCommand({
    summary: 'Delete everything that a tenant has, and keep a certificate.',
    needs: 'config',
    positionals: { tenant },
    options: {
      url: {
        type: 'text',
        value: 'url',
        required: true,
        summary: 'The connection string of the login that migrates the shared database.',
      },
      'place-url': {
        type: 'text',
        value: 'url',
        summary: 'The same for the database of the tenant, when it has one.',
      },
      'yes-erase': {
        type: 'text',
        value: 'tenant',
        required: true,
        summary: 'The tenant once more. There is no way back.',
      },
      by: {
        type: 'text',
        value: 'name',
        required: true,
        summary: 'Who erases, for the certificate.',
      },
      people: { type: 'flag', summary: 'Erase people who are linked to no other tenant.' },
    },
    json: true,
    async run({ tenancy, positionals, options, print, progress, refuse }) {
      if (options['yes-erase'] !== positionals.tenant) refuse('--yes-erase names another tenant.');
      const { withConnection } = await import('../connect.ts');
      const { findErasable } = await import('./erase/find-erasable.ts');
      const { eraseEverywhere } = await import('./erase/erase-everywhere.ts');
      const certificates = await withConnection(
        'the database of --url',
        options.url,
        async (shared) =>
          eraseEverywhere(
            shared,
            (place, fn) =>
              withConnection(
                `the place ${place}`,
                options['place-url'] ?? refuse(`The tenant lives in ${place}: name --place-url.`),
                fn,
              ),
            {
              tenancy,
              tenant: await findErasable(shared, tenancy, positionals.tenant),
              by: options.by,
              people: options.people,
              key: process.env.ERASURE_KEY || undefined,
              progress,
            },
          ),
      );
      print.result(certificates, () => {
        print.done(`${positionals.tenant} is erased. Certificate:`);
        for (const { certificate } of certificates) print.line(certificate);
      });
    },
  }),
});
