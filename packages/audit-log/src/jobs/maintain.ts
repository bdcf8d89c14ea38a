import { wholeNumber } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import { exportText } from '../export/export.ts';
import type { Source } from '../export/pages.ts';
import { seal } from './seal.ts';

/** What is about to go, for the archive. */
export interface Expired {
  /** `2024-05` */
  readonly month: string;
  readonly tenant: string;
  readonly entries: number;
  /** The entries as an NDJSON export, with their seals; it is read as fast as it is consumed. */
  readonly lines: AsyncIterable<string>;
}

/** What `audit.maintain(db, …)` takes. */
export interface MaintainOptions {
  /** How many months partitions are made for in advance, 1 to 24; 3 unless named. */
  readonly monthsAhead?: number;
  /** Months that entries are kept after their own; forever unless named here or for a tenant. */
  readonly keepMonths?: number;
  /** Is given what is about to be deleted; when it fails, nothing is. */
  readonly archive?: (expired: Expired) => Promise<void>;
}

/** What maintenance did. */
export interface MaintainResult {
  /** Partitions that were made. */
  readonly created: readonly string[];
  readonly retired: readonly {
    readonly month: string;
    readonly tenants: number;
    readonly entries: number;
    readonly dropped: boolean;
  }[];
  /** Another process was at it. */
  readonly busy: boolean;
}

/** Makes partitions, then lets go what has outlived its retention. */
export async function maintain(
  source: Source,
  { monthsAhead = 3, keepMonths, archive }: MaintainOptions,
): Promise<MaintainResult> {
  wholeNumber(monthsAhead, { name: 'option monthsAhead', least: 1, greatest: 24 });
  if (keepMonths !== undefined) {
    wholeNumber(keepMonths, { name: 'option keepMonths', least: 1, greatest: 1200 });
  }
  const [row] = await calls.maintain(source.db, monthsAhead);
  const retired: MaintainResult['retired'][number][] = [];
  for (const { month, tenants } of await expired(source.db, keepMonths)) {
    for (const { tenant, entries } of archive === undefined ? [] : tenants) {
      await archive?.({ month, tenant, entries, lines: linesOf(source, tenant, month) });
    }
    retired.push(
      await retire(
        source,
        month,
        tenants.map(({ tenant }) => tenant),
        keepMonths,
      ),
    );
  }
  return { created: row?.created ?? [], retired, busy: row?.busy ?? true };
}

interface Month {
  readonly month: string;
  readonly tenants: { readonly tenant: string; readonly entries: number }[];
}

/** What may go: sealed, older than its retention, and not under a hold. Seals what is not sealed yet. */
async function expired(db: Queryable, keepMonths: number | undefined): Promise<Month[]> {
  await seal(db);
  const rows = await calls.expired(db, keepMonths ?? null);
  const months = new Map<string, Month>();
  for (const { month, tenant, entries } of rows) {
    const known = months.get(month) ?? { month, tenants: [] };
    known.tenants.push({ tenant, entries: Number(entries) });
    months.set(month, known);
  }
  return [...months.values()];
}

function linesOf(source: Source, tenant: string, month: string): AsyncIterable<string> {
  const [year = 0, index = 0] = month.split('-').map(Number);
  const scope = { ...source.scope, tenant };
  return exportText(
    { ...source, scope },
    { from: new Date(Date.UTC(year, index - 1)), to: new Date(Date.UTC(year, index)) },
  );
}

async function retire(
  { db }: Source,
  month: string,
  tenants: readonly string[],
  keepMonths: number | undefined,
) {
  const [row] = await calls.retire(db, month, tenants, keepMonths ?? null);
  return {
    month,
    tenants: tenants.length,
    entries: Number(row?.entries ?? 0),
    dropped: row?.dropped ?? false,
  };
}
