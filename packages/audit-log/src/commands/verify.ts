import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { TenantryError } from '@tenantry/core';
import type { CommandContext, FeatureCommand } from '@tenantry/rls/feature';
import type { SealAnchor, VerifyReport } from '../verify/report.ts';
import { verifyExport } from '../verify/verify-export.ts';
import { progressOn } from './progress.ts';
import { asSystem, type CommandAudit } from './system.ts';

/** `tenantry audit verify`: of a database, or of an export without one. */
export const verifyCommand = (audit: CommandAudit): FeatureCommand => ({
  summary: 'recompute every hash and seal of the audit log, and name the first bad entry',
  options: {
    '--file <export.ndjson>': 'verify an export instead of the database',
    '--anchors <file.json>': 'also compare with seals that were kept elsewhere',
    '--save-anchors <file.json>': 'keep the last seal of each tenant for the next time',
    '--json': 'print the whole report as JSON',
  },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        file: { type: 'string' },
        anchors: { type: 'string' },
        'save-anchors': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const anchors = values.anchors === undefined ? [] : await readAnchors(values.anchors);
    const progress = progressOn(context.stderr, undefined);
    const options = { anchors, onProgress: progress.at };
    const report =
      values.file === undefined
        ? await asSystem(context, 'audit verify', false, (pool) => audit.verify(pool, options))
        : await verifyExport(createInterface({ input: createReadStream(values.file) }), options);
    progress.end();
    print(context, report, values.json);
    const save = values['save-anchors'];
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

function print({ stdout }: CommandContext, report: VerifyReport, json: boolean): void {
  if (json) {
    stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const { entries, sealed, unsealed, seals, retired, erased, problems } = report;
  stdout.write(
    `${report.ok ? '✓' : '✗'} ${entries} entries: ${sealed} sealed, ${unsealed} younger than the last seal, ${erased} with erased fields\n`,
  );
  stdout.write(`  ${seals} seals, ${retired} of them of entries that retention has let go\n`);
  for (const { kind, tenant, entry, seal, found } of report.findings.slice(0, 10)) {
    const what = entry === undefined ? `seal ${seal}` : `entry ${entry}`;
    stdout.write(`  ${kind.padEnd(12)} ${what} of ${tenant}: ${found}\n`);
  }
  if (problems > 10) stdout.write(`  … ${problems} in all\n`);
}
