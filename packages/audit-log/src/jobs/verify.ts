import { calls } from '../calls.ts';
import { pagesOf, tenantsOf } from '../export/pages.ts';
import { headsOf, listOf, mostLeaves, sealedUpTo } from '../export/seals.ts';
import { toExported } from '../read/columns.ts';
import { conditions } from '../read/filters.ts';
import type { Source } from '../read/source.ts';
import type { SealAnchor, VerifyReport } from '../verify/report.ts';
import { createVerifier } from '../verify/verifier.ts';
import { wholeMonth } from '../verify/verify-export.ts';

/** What `audit.verify(db, …)` takes. */
export interface VerifyLogOptions {
  readonly from?: Date | string;
  readonly to?: Date | string;
  /** Known seals. Default: none. */
  readonly anchors?: readonly SealAnchor[];
  /** Receives the number of verified entries, after each page. Default: none. */
  readonly onProgress?: (entries: number) => void;
}

const pageSize = 1000;

/** Reads the log like an export, and passes it to the same verifier that works offline. */
export async function verifyLog(
  source: Source,
  linked: boolean,
  { from, to, anchors = [], onProgress = () => {} }: VerifyLogOptions = {},
): Promise<VerifyReport> {
  const time = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  const iso = (at: Date | string | undefined) =>
    at === undefined ? null : new Date(at).toISOString();
  const where = conditions(time);
  const verifier = createVerifier({
    anchors,
    horizon: await sealedUpTo(source),
    covers: (month) => wholeMonth(month, iso(from), iso(to)),
  });
  let entries = 0;
  for await (const tenant of tenantsOf(source)) {
    for await (const seal of headsOf(source, tenant)) {
      verifier.seal(seal, seal.entries > mostLeaves ? undefined : () => listOf(source, seal));
    }
    for await (const rows of pagesOf(source, tenant, where, pageSize)) {
      for (const row of rows) {
        const opening = verifier.entry(toExported(row));
        if (opening !== undefined) await opening;
      }
      entries += rows.length;
      onProgress(entries);
    }
    await verifier.close(tenant);
  }
  const report = await verifier.finish();
  // only the system role can read the commit chain
  return linked && source.scope.tenant === undefined ? withLinks(source, report) : report;
}

async function withLinks({ db }: Source, report: VerifyReport): Promise<VerifyReport> {
  const rows = [...(await calls.brokenLinks(db, null)), ...(await calls.unlinked(db, null))];
  const known = new Set(report.findings.map(({ entry }) => entry));
  const more = rows
    .filter(({ id }) => !known.has(id))
    .map(({ tenant, id, kind }) => ({
      kind,
      tenant,
      entry: id,
      found: 'the chain of commits says otherwise',
    }));
  const problems = report.problems + more.length;
  return { ...report, ok: problems === 0, problems, findings: [...report.findings, ...more] };
}
