import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Queryable, runStatement } from '@tenantry/core/sql';
import { piece, toStatement } from '../read/compose.ts';
import { textParameter } from '../read/parameters.ts';
import { isWellFormed } from '../write/metadata.ts';

/** What `audit.erase(db, …)` takes. */
export interface EraseOptions {
  /** The id of the person. */
  readonly user: string;
  /** The reason, for the entry about the erasure: a request by letter, a ticket. */
  readonly reason: string;
  /** Erases only in the log of this tenant. Default: in the logs of all tenants. */
  readonly tenant?: string;
  /** Resource types whose id is the id of a user: entries about the person. Default: `['user', 'users']`. */
  readonly resources?: readonly string[];
}

/** The number of entries that an erasure changed, by tenant. */
export type EraseResult = readonly { readonly tenant: string; readonly entries: number }[];

const idType = (tenancy: Tenancy) => ({ sql: tenancy.id as string });

/** Erases a person from the log. */
export async function erase(
  db: Queryable,
  tenancy: Tenancy,
  { user, reason, tenant, resources = ['user', 'users'] }: EraseOptions,
): Promise<EraseResult> {
  const only = tenant === undefined ? null : tenancy.parseId(tenant);
  const run = piece`select tenant::text as tenant, entries::text as entries from tenantry.audit_erase(${only}::text::${idType(tenancy)}, ${textParameter('user', user)}, ${resources.map((each) => textParameter('resources', each))}::text[], ${reasonOf(reason)})`;
  const rows = await runStatement<{ tenant: string; entries: string }>(db, toStatement(run));
  return rows.map(({ tenant: of, entries }) => ({ tenant: of, entries: Number(entries) }));
}

/** What `audit.hold` and `audit.release` take. */
export interface HoldOptions {
  readonly tenant: string;
  /** The reason: the matter, the file number. */
  readonly reason: string;
}

export async function hold(
  db: Queryable,
  tenancy: Tenancy,
  { tenant, reason }: HoldOptions,
): Promise<void> {
  const run = piece`select tenantry.audit_hold(${tenancy.parseId(tenant)}::text::${idType(tenancy)}, ${reasonOf(reason)})`;
  await runStatement(db, toStatement(run));
}

/** @returns how many holds were released */
export async function release(
  db: Queryable,
  tenancy: Tenancy,
  { tenant, reason }: HoldOptions,
): Promise<number> {
  const run = piece`select tenantry.audit_release(${tenancy.parseId(tenant)}::text::${idType(tenancy)}, ${reasonOf(reason)}) as released`;
  const [row] = await runStatement<{ released: number }>(db, toStatement(run));
  return row?.released ?? 0;
}

/** What `audit.setRetention` takes. */
export interface RetentionOptions extends HoldOptions {
  /**
   * Months that the tenant's entries are kept after their own month, 1 to 1200; null for the value of
   * `keepMonths`.
   */
  readonly months: number | null;
}

export async function setRetention(
  db: Queryable,
  tenancy: Tenancy,
  { tenant, months, reason }: RetentionOptions,
): Promise<void> {
  const whole = months === null || (Number.isInteger(months) && months >= 1 && months <= 1200);
  if (!whole) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'a retention of no whole number of months.',
      fix: 'Pass months from 1 to 1200, or null for what keepMonths says.',
    });
  }
  const run = piece`select tenantry.audit_set_retention(${tenancy.parseId(tenant)}::text::${idType(tenancy)}, ${months}::integer, ${reasonOf(reason)})`;
  await runStatement(db, toStatement(run));
}

function reasonOf(reason: string): string {
  const text = typeof reason === 'string' ? reason.trim() : '';
  const whole = !text.includes('\0') && isWellFormed(text);
  if (text !== '' && text.length <= 1000 && whole) return text;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'no reason for a change to the life of the audit log.',
    fix: 'Pass reason as a text of 1 to 1000 characters; an auditor will read it.',
  });
}
