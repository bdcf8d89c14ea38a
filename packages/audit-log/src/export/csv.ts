import type { EntryRow } from '../read/columns.ts';

/** The columns of a file, with their properties in a row. */
const columns = {
  created_at: 'createdAt',
  id: 'id',
  tenant: 'tenant',
  source: 'source',
  action: 'action',
  resource_type: 'resourceType',
  resource_id: 'resourceId',
  actor_type: 'actorType',
  actor_id: 'actorId',
  on_behalf_of: 'onBehalfOf',
  ip_address: 'ip',
  request_id: 'requestId',
  reason: 'reason',
  metadata: 'metadata',
  personal: 'personal',
  transaction_id: 'transactionId',
  content_hash: 'contentHash',
} as const satisfies Record<string, keyof EntryRow>;

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
    .map((column) => csvField(row[column]))
    .join(',')}\r\n`;

/** The last line of an export that failed, in the first column. */
export const csvErrorLine = (code: string, entries: number): string =>
  `"ERROR: this file is incomplete, the export failed with ${code} after ${entries} entries"\r\n`;
