import { createWriteStream } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { TenantPool } from '@tenantry/core';
import { runStatement, statement } from '@tenantry/core/sql';
import type { FeatureCommand } from '@tenantry/rls/feature';
import type { AuditExportOptions } from '../export/export.ts';
import { progressOn } from './progress.ts';
import { asSystem, asTenant, type CommandAudit } from './system.ts';

/** `tenantry audit export`: to a file, or to stdout. */
export const exportCommand = (audit: CommandAudit): FeatureCommand => ({
  summary: 'write the audit log as NDJSON, to be verified offline, or as CSV',
  options: {
    '--out <file>': 'where to; stdout unless named',
    '--format ndjson|csv': 'ndjson unless named',
    '--tenant <id>': 'only this tenant',
    '--from <time>': 'from this moment on: 2026-05-01 or 2026-05-01T00:00:00Z',
    '--to <time>': 'before this moment',
    '--action <name>': 'only this action; project.* for all that begin so',
  },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        out: { type: 'string' },
        format: { type: 'string', default: 'ndjson' },
        tenant: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        action: { type: 'string' },
      },
    });
    const { out, format, tenant, from, to, action } = values;
    if (format !== 'ndjson' && format !== 'csv') {
      context.stderr.write('✗ --format is ndjson or csv\n');
      return 2;
    }
    const target = out === undefined ? toStdout(context.stdout) : createWriteStream(out);
    const write = async (pool: TenantPool, total: number | undefined) => {
      const progress = progressOn(context.stderr, total);
      const options: AuditExportOptions = {
        format,
        onProgress: progress.at,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(action !== undefined && { action }),
      };
      await pipeline(Readable.from(audit.export(pool, options)), target);
      progress.end();
    };
    if (tenant !== undefined) await asTenant(context, tenant, (pool) => write(pool, undefined));
    else {
      await asSystem(context, 'audit export', false, async (pool) =>
        write(pool, context.stderr.isTTY ? await estimate(pool) : undefined),
      );
    }
    return 0;
  },
});

/** Wraps stdout, which must not be closed. */
const toStdout = (stdout: NodeJS.WriteStream): Writable =>
  new Writable({
    write(chunk, encoding, done) {
      if (stdout.write(chunk, encoding)) done();
      else stdout.once('drain', done);
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
