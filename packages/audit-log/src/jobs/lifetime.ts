import type { Tenancy } from '@tenantry/core';
import { storableText, wholeNumber } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import { textParameter } from '../read/parameters.ts';

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

/** Takes a person out of the log. */
export async function erase(
  db: Queryable,
  tenancy: Tenancy,
  { user, reason, tenant, resources = ['user', 'users'] }: EraseOptions,
): Promise<EraseResult> {
  const only = tenant === undefined ? null : tenancy.parseId(tenant);
  const rows = await calls.erase(
    db,
    only,
    textParameter('user', user),
    resources.map((each) => textParameter('resources', each)),
    reasonOf(reason),
  );
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
  await calls.hold(db, tenancy.parseId(tenant), reasonOf(reason));
}

/** @returns how many holds were released */
export async function release(
  db: Queryable,
  tenancy: Tenancy,
  { tenant, reason }: HoldOptions,
): Promise<number> {
  return calls.release(db, tenancy.parseId(tenant), reasonOf(reason));
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
  if (months !== null) wholeNumber(months, { name: 'option months', least: 1, greatest: 1200 });
  await calls.setRetention(db, tenancy.parseId(tenant), months, reasonOf(reason));
}

/** An auditor will read it. */
const reasonOf = (reason: string): string =>
  storableText(typeof reason === 'string' ? reason.trim() : reason, {
    name: 'the reason of a change to the life of the audit log',
  });
