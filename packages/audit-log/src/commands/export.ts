import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TenantPool } from '@tenantry/core';
import { databasesOf, runStatement, statement } from '@tenantry/core/sql';
import { defineCommand } from '@tenantry/rls/feature';
import type { CommandAudit } from './command-audit.ts';

/** `tenantry audit export`: to a file, or to stdout. */
export const exportCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Write the audit log as NDJSON, to be verified offline, or as CSV.',
    needs: 'tenant-or-system-read',
    options: {
      out: { type: 'text', value: 'file', summary: 'Write to this file. Default: stdout.' },
      format: {
        type: 'choice',
        of: ['ndjson', 'csv'],
        default: 'ndjson',
        summary: 'Write this format.',
      },
      from: {
        type: 'text',
        value: 'time',
        summary:
          'Start at this time: 2026-05-01 or 2026-05-01T00:00:00Z. Default: the first entry.',
      },
      to: {
        type: 'text',
        value: 'time',
        summary: 'Stop before this time. Default: the last entry.',
      },
      action: {
        type: 'text',
        value: 'name',
        summary: 'Write only this action; project.* for all that begin so. Default: all actions.',
      },
    },
    async run({ options, tenant, pool, progress, stdout, print }) {
      const { out, format, from, to, action } = options;
      const total = tenant === undefined ? await estimate(pool) : undefined;
      const rows = audit.export(pool, {
        format,
        onProgress: (entries) => progress('entries', entries, total),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(action !== undefined && { action }),
      });
      const target = out === undefined ? stdout : createWriteStream(out);
      await pipeline(Readable.from(rows), target, { end: out !== undefined });
      const [, ...others] = tenant === undefined ? await databasesOf(pool) : [];
      // the seals of each depend on its own transaction ids, so they are no one export
      if (others.length > 0)
        print.note(`Not exported: the logs in ${others.join(', ')}. Export them by --tenant.`);
    },
  });

/** The planner's estimate, which costs nothing and is good enough for a progress bar. */
async function estimate(pool: TenantPool): Promise<number | undefined> {
  const rows = await runStatement<{ entries: string }>(
    pool,
    statement`select sum(greatest(c.reltuples, 0))::bigint::text as entries
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where c.relnamespace = $name$ tenantry $name$::regnamespace and exists (
       select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'tenantry_audit_refuse')`,
  );
  const entries = Number(rows[0]?.entries ?? 0);
  return entries > 0 ? entries : undefined;
}
