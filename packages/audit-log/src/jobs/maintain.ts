import type { IdKind, TenantKey, TenantProperty } from '@tenantry/core';
import { wholeNumber } from '@tenantry/core/errors';
import { type Queryable, tenantKey } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import { exportText } from '../export/export.ts';
import type { Source } from '../read/source.ts';
import { seal } from './seal.ts';

/** Entries that are about to be deleted, for the archive. */
export type ExpiredEntries<P extends string> = TenantKey<P> & {
  /** `2024-05` */
  readonly month: string;
  readonly entries: number;
  /** The entries as an NDJSON export with their seals, read on demand. */
  readonly lines: AsyncIterable<string>;
};

/** What `audit.maintain(db, …)` takes. */
export interface MaintainOptions<P extends string = never> {
  /** How many months in advance partitions are created, 1 to 24. Default: 3. */
  readonly monthsAhead?: number;
  /**
   * Months that entries are kept after their own month. A tenant can have its own retention.
   * Default: forever.
   */
  readonly keepMonths?: number;
  /** Receives the entries that are about to be deleted; when it fails, nothing is deleted. Default: none. */
  readonly archive?: (expired: ExpiredEntries<P>) => Promise<void>;
}

/** The result of maintenance. */
export interface AuditMaintainResult {
  /** Created partitions. */
  readonly created: readonly string[];
  readonly retired: readonly {
    readonly month: string;
    readonly tenants: number;
    readonly entries: number;
    readonly dropped: boolean;
  }[];
  /** Whether another process was doing it. */
  readonly busy: boolean;
}

/** Creates partitions, then deletes entries whose retention is over. */
export async function maintain<T extends string, K extends IdKind>(
  source: Source<T, K>,
  { monthsAhead = 3, keepMonths, archive }: MaintainOptions<TenantProperty<T, K>>,
): Promise<AuditMaintainResult> {
  wholeNumber(monthsAhead, { name: 'option monthsAhead', least: 1, greatest: 24 });
  if (keepMonths !== undefined) {
    wholeNumber(keepMonths, { name: 'option keepMonths', least: 1, greatest: 1200 });
  }
  const [row] = await calls.maintain(source.db, monthsAhead);
  const retired: AuditMaintainResult['retired'][number][] = [];
  for (const { month, tenants } of await expired(source.db, keepMonths)) {
    for (const { tenant, entries } of archive === undefined ? [] : tenants) {
      const lines = linesOf(source, tenant, month);
      await archive?.({ ...tenantKey(source.tenancy, tenant), month, entries, lines });
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

/**
 * Entries that can be deleted: sealed, older than their retention, and not under a hold. Seals unsealed
 * entries first.
 */
async function expired(db: Queryable, keepMonths: number | undefined): Promise<Month[]> {
  await seal(db);
  const rows = await calls.expired(db, keepMonths ?? null);
  const months = new Map<string, Month>();
  for (const { month, tenant, entries } of rows) {
    const known = months.get(month) ?? { month, tenants: [] };
    known.tenants.push({ tenant, entries });
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
    entries: row?.entries ?? 0,
    dropped: row?.dropped ?? false,
  };
}
