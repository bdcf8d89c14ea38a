import type { IdKind } from '@tenantry/core';
import { idKindOf } from '@tenantry/core/sql';

/**
 * How a tenant column fits the ids of its tenancy: `same`; `range` for an integer beside a bigint, which
 * an index compares; `other` for a type that is compared by a cast, or not at all.
 */
export type TenantFit = 'same' | 'range' | 'other';

const texts = /^(text|varchar|char|bpchar|character varying|character)(\(\d+\))?$/;

/** Compares the type of a tenant column, as Drizzle or the server writes it, with the kind of ids. */
export function fitOfTenant(kind: IdKind, type: string): TenantFit {
  if (kind === 'text') return texts.test(type) ? 'same' : 'other';
  const own = idKindOf(type);
  if (own === kind) return 'same';
  const numbers = new Set(['integer', 'bigint']);
  return numbers.has(own) && numbers.has(kind) ? 'range' : 'other';
}
