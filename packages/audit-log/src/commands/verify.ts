import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { TenantryError } from '@tenantry/core';
import { defineCommand, type Print } from '@tenantry/rls/feature';
import type { SealAnchor, VerifyReport } from '../verify/report.ts';
import { verifyExport } from '../verify/verify-export.ts';
import type { CommandAudit } from './command-audit.ts';

/** `tenantry audit verify`: of a database, or of an export without one. */
export const verifyCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Recompute every hash and seal of the audit log, and name the first bad entry.',
    needs: 'system-read',
    options: {
      file: {
        type: 'text',
        value: 'file',
        summary: 'Verify this NDJSON export, without a database. Default: the database.',
      },
      anchors: {
        type: 'text',
        value: 'file',
        summary: 'Compare with seals that were kept elsewhere, too. Default: none.',
      },
      'save-anchors': {
        type: 'text',
        value: 'file',
        summary: 'Save the last seal of each tenant for the next time. Default: nowhere.',
      },
    },
    json: true,
    // `pool` is read, and so opened, only without --file
    async run(context) {
      const { options, progress, print } = context;
      const { file } = options;
      const anchors = options.anchors === undefined ? [] : await readAnchors(options.anchors);
      const how = { anchors, onProgress: (entries: number) => progress('entries', entries) };
      const report =
        file === undefined
          ? await audit.verify(context.pool, how)
          : await verifyExport(createInterface({ input: createReadStream(file) }), how);
      print.result(report, () => tell(report, print));
      const save = options['save-anchors'];
      if (save !== undefined && report.ok)
        await writeFile(save, `${JSON.stringify(report.anchors, null, 2)}\n`);
      return report.ok ? 0 : 1;
    },
  });

/** Reads anchors from a file, which may have been edited. @throws TenantryError `CONFIG_INVALID` */
async function readAnchors(file: string): Promise<SealAnchor[]> {
  const text = await readFile(file, 'utf8');
  const wrong = (cause?: unknown) =>
    new TenantryError('CONFIG_INVALID', {
      found: `${file} is no file of anchors.`,
      fix: 'Pass a file that --save-anchors wrote.',
      cause,
    });
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw wrong(cause);
  }
  if (!Array.isArray(said) || !said.every(isAnchor)) throw wrong();
  return said;
}

const isAnchor = (value: unknown): value is SealAnchor => {
  const { tenant, number, hash } = (value ?? {}) as Record<string, unknown>;
  return typeof tenant === 'string' && typeof number === 'number' && typeof hash === 'string';
};

function tell(report: VerifyReport, print: Print): void {
  const { entries, sealed, unsealed, seals, retired, erased, problems } = report;
  const counts = `${entries} entries: ${sealed} sealed, ${unsealed} younger than the last seal, ${erased} with erased fields`;
  if (report.ok) print.done(counts);
  else print.failed(counts);
  print.line(`  ${seals} seals, ${retired} of them of entries that retention has let go`);
  for (const { kind, tenant, entry, seal, found } of report.findings.slice(0, 10)) {
    const what = entry === undefined ? `seal ${seal}` : `entry ${entry}`;
    print.line(`  ${kind.padEnd(12)} ${what} of ${tenant}: ${found}`);
  }
  if (problems > 10) print.line(`  … ${problems} in all`);
}
