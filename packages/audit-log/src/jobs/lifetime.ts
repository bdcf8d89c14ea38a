import type {
  IdKind,
  Tenancy,
  TenantInput,
  TenantKey,
  TenantOption,
  TenantProperty,
} from '@tenantry/core';
import { check, checkType, wholeNumber } from '@tenantry/core/errors';
import { atEachDatabase, atPlaceOf, requireAll } from '@tenantry/core/scope';
import {
  type Queryable,
  requiredTenant,
  storableText,
  tenantKey,
  tenantOption,
} from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import { textParameter } from '../read/parameters.ts';

/**
 * What `audit.erase(db, …)` takes. With a tenant it erases only in the log of that tenant. Default: in
 * the logs of all tenants.
 */
export type EraseOptions<P extends string> = TenantOption<P> & {
  /** The id of the person. */
  readonly user: string;
  /** The reason, for the entry about the erasure: a request by letter, a ticket. */
  readonly reason: string;
  /** Resource types whose id is the id of a user: entries about the person. Default: `['user', 'users']`. */
  readonly resources?: readonly string[];
};

/** The number of entries that an erasure changed, by tenant. */
export type AuditEraseResult<P extends string> = readonly (TenantKey<P> & {
  readonly entries: number;
})[];

/** Takes a person out of the logs: without a tenant, of those in every database. */
export async function erase<T extends string, K extends IdKind>(
  db: Queryable,
  tenancy: Tenancy<T, K>,
  options: EraseOptions<TenantProperty<T, K>>,
): Promise<AuditEraseResult<TenantProperty<T, K>>> {
  const { user, reason, resources = ['user', 'users'] } = options;
  // a tenant under another word would be read as none, and the logs of all tenants erased
  const known = ['user', 'reason', 'resources', tenancy.property];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  check(unknown === undefined, `option ${unknown} of audit.erase`, `Use ${known.join(', ')}.`);
  const tenant = tenantOption(tenancy, options) ?? null;
  checkType(resources, 'array', 'option resources of audit.erase');
  const given = [
    textParameter('user', user),
    resources.map((each) => textParameter('resources', each)),
    reasonOf(reason),
  ] as const;
  const erasing = () => calls.erase(db, tenant, ...given);
  const rows =
    tenant === null
      ? requireAll(await atEachDatabase(tenancy, db, erasing)).flat()
      : await atPlaceOf(tenancy, tenant, db, erasing);
  return rows.map(({ tenant, entries }) => ({ ...tenantKey(tenancy, tenant), entries }));
}

/** What `audit.hold` and `audit.release` take: the tenant and the reason. */
export type HoldOptions<P extends string> = TenantInput<P> & {
  /** The reason: the matter, the file number. */
  readonly reason: string;
};

export async function hold(
  db: Queryable,
  tenancy: Tenancy,
  options: HoldOptions<never>,
): Promise<void> {
  const tenant = requiredTenant(tenancy, options);
  const reason = reasonOf(options.reason);
  await atPlaceOf(tenancy, tenant, db, () => calls.hold(db, tenant, reason));
}

/** @returns how many holds were released */
export const release = async (
  db: Queryable,
  tenancy: Tenancy,
  options: HoldOptions<never>,
): Promise<number> => {
  const tenant = requiredTenant(tenancy, options);
  const reason = reasonOf(options.reason);
  return atPlaceOf(tenancy, tenant, db, () => calls.release(db, tenant, reason));
};

/** What `audit.setRetention` takes. */
export type RetentionOptions<P extends string> = HoldOptions<P> & {
  /**
   * Months that the tenant's entries are kept after their own month, 1 to 1200; null for the value of
   * `keepMonths`.
   */
  readonly months: number | null;
};

export async function setRetention(
  db: Queryable,
  tenancy: Tenancy,
  options: RetentionOptions<never>,
): Promise<void> {
  const { months, reason } = options;
  if (months !== null) wholeNumber(months, { name: 'option months', least: 1, greatest: 1200 });
  const tenant = requiredTenant(tenancy, options);
  const why = reasonOf(reason);
  await atPlaceOf(tenancy, tenant, db, () => calls.setRetention(db, tenant, months, why));
}

/** An auditor will read it. */
const reasonOf = (reason: string): string =>
  storableText(typeof reason === 'string' ? reason.trim() : reason, {
    name: 'the reason of a change to the life of the audit log',
  });
