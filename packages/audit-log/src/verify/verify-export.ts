import { TenantryError } from '@tenantry/core';
import { readLine } from './export-lines.ts';
import type { SealAnchor, VerifyReport } from './report.ts';
import { createVerifier } from './verifier.ts';

/** What `verifyExport(lines, options)` takes. */
export interface VerifyExportOptions {
  /** Known seals: the `anchors` of an earlier report or a proof. Default: none. */
  readonly anchors?: readonly SealAnchor[];
  /** Receives the number of verified entries from time to time. Default: none. */
  readonly onProgress?: (entries: number) => void;
}

const progressEvery = 1000;

/**
 * Verifies an NDJSON export without a database: content hashes, seals and their chain. It reads line by
 * line and keeps the seals in memory, with lists of entries for one tenant at a time.
 *
 * @param lines the lines of the file, for instance of `readline.createInterface({ input })`
 * @throws TenantryError `AUDIT_EXPORT_MALFORMED`
 * @example
 * ```ts
 * const report = await verifyExport(createInterface({ input: createReadStream('audit.ndjson') }));
 * if (!report.ok) console.error(report.findings[0]);
 * ```
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  { anchors = [], onProgress = () => {} }: VerifyExportOptions = {},
): Promise<VerifyReport> {
  let verifier: ReturnType<typeof createVerifier> | undefined;
  let number = 0;
  let entries = 0;
  let announced: number | undefined;
  let torn: string | undefined;
  let of: string | undefined;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const record = readLine(line, number);
    if (record.type === 'header') {
      const { from, to, filtered, horizon } = record.header;
      const covers = (month: string) => wholeMonth(month, from, to);
      verifier = createVerifier({ anchors, filtered, horizon, covers });
      continue;
    }
    if (verifier === undefined) {
      throw new TenantryError('AUDIT_EXPORT_MALFORMED', {
        found: 'a first line that is no header.',
      });
    }
    if (record.type === 'end') {
      announced = record.entries;
      continue;
    }
    if (record.type === 'error') {
      torn = record.code;
      continue;
    }
    const { tenant } = record.type === 'seal' ? record.seal : record.entry;
    // tenants follow one another, so the memory of the previous tenant is released
    if (tenant !== of && of !== undefined) await verifier.close(of);
    of = tenant;
    if (record.type === 'seal') verifier.seal(record.seal);
    else {
      await verifier.entry(record.entry);
      if (++entries % progressEvery === 0) onProgress(entries);
    }
  }
  if (verifier === undefined) {
    throw new TenantryError('AUDIT_EXPORT_MALFORMED', { found: 'an empty file.' });
  }
  const report = await verifier.finish();
  if (announced === entries) return report;
  const found =
    torn === undefined
      ? `${entries} entries, and ${announced ?? 'no'} announced at the end`
      : `${entries} entries, and then the export failed with ${torn}`;
  const finding = { kind: 'truncated', tenant: '', found } as const;
  return {
    ...report,
    ok: false,
    problems: report.problems + 1,
    findings: [...report.findings, finding],
  };
}

/** Whether a whole month is within a time range, so that all its entries are included. */
export function wholeMonth(month: string, from: string | null, to: string | null): boolean {
  const [year = 0, index = 0] = month.split('-').map(Number);
  const begins = Date.UTC(year, index - 1, 1);
  const ends = Date.UTC(year, index, 1);
  return (from === null || Date.parse(from) <= begins) && (to === null || Date.parse(to) >= ends);
}
