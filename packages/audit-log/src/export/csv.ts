import type { EntryRow } from '../read/columns.ts';

const columns = {
  created_at: (row: EntryRow) => row.at,
  id: (row: EntryRow) => row.id,
  tenant: (row: EntryRow) => row.tenant,
  source: (row: EntryRow) => row.source,
  action: (row: EntryRow) => row.action,
  resource_type: (row: EntryRow) => row.resource_type,
  resource_id: (row: EntryRow) => row.resource_id,
  actor_type: (row: EntryRow) => row.actor_type,
  actor_id: (row: EntryRow) => row.actor_id,
  on_behalf_of: (row: EntryRow) => row.on_behalf_of,
  ip_address: (row: EntryRow) => row.ip,
  request_id: (row: EntryRow) => row.request_id,
  reason: (row: EntryRow) => row.reason,
  metadata: (row: EntryRow) => row.metadata,
  personal: (row: EntryRow) => row.personal,
  transaction_id: (row: EntryRow) => row.xid,
  content_hash: (row: EntryRow) => row.content_hash,
} as const;

/** The characters with which a spreadsheet formula can begin. */
const formula = /^[=+\-@\t\r]/;
const special = /[",\r\n]/;

/**
 * A field of RFC 4180. A text that a spreadsheet would evaluate as a formula is prefixed with an
 * apostrophe, as OWASP recommends, and quoted.
 */
export function csvField(value: string | null): string {
  if (value === null) return '';
  const safe = formula.test(value) ? `'${value}` : value;
  return safe !== value || special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvHeader = `${Object.keys(columns).join(',')}\r\n`;

export const csvLine = (row: EntryRow): string =>
  `${Object.values(columns)
    .map((column) => csvField(column(row)))
    .join(',')}\r\n`;

/** The last line of an export that failed, in the first column. */
export const csvErrorLine = (code: string, entries: number): string =>
  `"ERROR: this file is incomplete, the export failed with ${code} after ${entries} entries"\r\n`;
