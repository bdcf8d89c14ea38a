import { TenantryError } from '@tenantry/core';
import { type AuditFilter, conditions, timeOf } from '../read/filters.ts';
import { chunksOf } from './chunks.ts';
import { csvHeader, csvLine } from './csv.ts';
import { endLine, entryLine, headerLine, sealText } from './ndjson.ts';
import { pagesOf, type Source, tenantsOf } from './pages.ts';
import { sealedUpTo, sealsOf } from './seals.ts';

/** What `audit.export(db, …)` takes. */
export interface ExportOptions<A extends string = string> extends AuditFilter<A> {
  /** `ndjson` can be verified offline; `csv` is for spreadsheets. `ndjson` unless named. */
  readonly format?: 'ndjson' | 'csv';
  /** How many entries are read at a time, 1 to 10,000; 500 unless named, and fewer where they are long. */
  readonly pageSize?: number;
  /** Is told how many entries are out, after each page. */
  readonly onProgress?: (entries: number) => void;
}

const mostRows = 10_000;

/** Filters that leave entries out within a time, so that seals cannot be compared. */
const narrowing = [
  'action',
  'actor',
  'onBehalfOf',
  'resource',
  'source',
  'transactionId',
  'requestId',
  'search',
] as const;

/**
 * Streams entries as text, one page in memory at a time; the next page is read when the reader asks
 * for it. The seals stand before the entries and are read first, so each of them is complete.
 */
export async function* exportText(source: Source, options: ExportOptions): AsyncGenerator<string> {
  const { format = 'ndjson', pageSize = 500, onProgress = () => {}, from, to } = options;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > mostRows) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `pages of ${pageSize} entries.`,
      fix: `Pass pageSize as a whole number from 1 to ${mostRows}.`,
    });
  }
  const where = conditions(options);
  const filtered = narrowing.some((key) => options[key] !== undefined);
  const csv = format === 'csv';
  if (csv) yield csvHeader;
  else {
    yield headerLine({
      format: 'tenantry-audit/1',
      asOf: new Date().toISOString(),
      horizon: await sealedUpTo(source),
      from: from === undefined ? null : timeOf(from),
      to: to === undefined ? null : timeOf(to),
      filtered,
    });
  }
  let entries = 0;
  for await (const tenant of tenantsOf(source)) {
    if (!csv && !filtered) for await (const seal of sealsOf(source, tenant)) yield* sealText(seal);
    for await (const rows of pagesOf(source, tenant, where, pageSize)) {
      entries += rows.length;
      yield* chunksOf(rows, csv ? csvLine : entryLine);
      onProgress(entries);
    }
  }
  if (!csv) yield endLine(entries);
}
