import { TenantryError } from '@tenantry/core';
import { wholeNumber } from '@tenantry/core/errors';
import { type AuditFilter, conditions, timeOf } from '../read/filters.ts';
import { wrongParameter } from '../read/parameters.ts';
import type { Source } from '../read/source.ts';
import { wholeMonth } from '../verify/verify-export.ts';
import { chunksOf } from './chunks.ts';
import { csvErrorLine, csvHeader, csvLine } from './csv.ts';
import { endLine, entryLine, errorLine, headerLine, sealText } from './ndjson.ts';
import { pagesOf, tenantsOf } from './pages.ts';
import { sealedUpTo, sealsOf } from './seals.ts';

/** What `audit.export(db, …)` takes. */
export interface AuditExportOptions<A extends string = string> extends AuditFilter<A> {
  /** `ndjson` can be verified offline; `csv` is for spreadsheets. Default: 'ndjson'. */
  readonly format?: 'ndjson' | 'csv';
  /** How many entries are read at a time, 1 to 10,000; fewer when they are long. Default: 500. */
  readonly batchSize?: number;
  /** Receives the number of exported entries, after each page. Default: none. */
  readonly onProgress?: (entries: number) => void;
}

const mostRows = 10_000;

/** Filters that remove entries within a time range, so that seals cannot be compared. */
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

/** The text of an export, chunk by chunk. */
export interface AuditExport extends AsyncGenerator<string> {
  /**
   * Reads the beginning of the export, so that errors of options, scope or database are thrown before an
   * HTTP status is sent.
   */
  ready(): Promise<void>;
}

/** Makes an export; nothing is read before it is consumed. */
export function exportText(source: Source, options: AuditExportOptions = {}): AuditExport {
  const chunks = write(source, options);
  const ready = async () => {
    const plan = read(options);
    await sealedUpTo(source);
    for await (const tenant of tenantsOf(source)) {
      for await (const _ of pagesOf(source, tenant, plan.where, 1)) return;
      return;
    }
  };
  return Object.assign(chunks, { ready });
}

/** @throws TenantryError `CONFIG_INVALID` */
function read(options: AuditExportOptions) {
  const { format = 'ndjson', batchSize = 500, from, to } = options;
  if (format !== 'ndjson' && format !== 'csv') {
    throw wrongParameter(
      'an export in a format that is not known',
      "Pass format as 'ndjson' or 'csv'.",
    );
  }
  wholeNumber(batchSize, { name: 'option batchSize', least: 1, greatest: mostRows });
  return {
    csv: format === 'csv',
    batchSize,
    where: conditions(options),
    filtered: narrowing.some((key) => options[key] !== undefined),
    from: from === undefined ? null : timeOf(from),
    to: to === undefined ? null : timeOf(to),
  };
}

/**
 * Streams entries as text, with one page in memory at a time; the next page is read on demand. The seals
 * come before the entries and are read first, so each of them is complete. After an error the last line
 * says so, because a reader cannot distinguish a truncated response from a short one.
 */
async function* write(source: Source, options: AuditExportOptions): AsyncGenerator<string> {
  const { csv, batchSize, where, filtered, from, to } = read(options);
  const { onProgress = () => {} } = options;
  let entries = 0;
  try {
    yield csv
      ? csvHeader
      : headerLine({
          format: 'tenantry-audit/1',
          asOf: new Date().toISOString(),
          horizon: await sealedUpTo(source),
          from,
          to,
          filtered,
        });
    for await (const tenant of tenantsOf(source)) {
      if (!csv && !filtered) {
        // entries of incomplete months are not compared
        const wanted = (month: string) => wholeMonth(month, from, to);
        for await (const seal of sealsOf(source, tenant, wanted)) yield* sealText(seal);
      }
      for await (const rows of pagesOf(source, tenant, where, batchSize)) {
        entries += rows.length;
        yield* chunksOf(rows, csv ? csvLine : entryLine);
        onProgress(entries);
      }
    }
    if (!csv) yield endLine(entries);
  } catch (error) {
    const code = TenantryError.is(error) ? error.code : 'EXPORT_FAILED';
    yield csv ? csvErrorLine(code, entries) : errorLine(code, entries);
    throw error;
  }
}
