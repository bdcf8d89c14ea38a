import { TenantryError } from '@tenantry/core';
import { isStorableText } from '@tenantry/core/sql';
import { z } from 'zod';
import './errors.ts';
import { isCurrency } from './money/currency.ts';

/**
 * What a form or a request sends, checked.
 * @throws TenantryError `REQUEST_INVALID`, with an issue for each field
 */
export function read<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({
    at: path.join('.') || '(all)',
    message,
  }));
  throw new TenantryError('REQUEST_INVALID', { details: { issues } });
}

/**
 * What shall change, checked; an UPDATE needs something to set.
 * @throws TenantryError `REQUEST_INVALID`
 */
export function readChanges<T extends object>(shape: z.ZodType<T>, value: unknown): T {
  const changes = read(shape, value);
  if (Object.values(changes).some((each) => each !== undefined)) return changes;
  throw refused('(all)', 'nothing to change');
}

/** The refusal of one field, for what only the database knows. */
export const refused = (at: string, message: string): TenantryError =>
  new TenantryError('REQUEST_INVALID', { details: { issues: [{ at, message }] } });

/** A text that PostgreSQL stores as it is. */
export const text = (most: number) =>
  z.string().trim().max(most).refine(isStorableText, 'characters that cannot be stored');

/** A text that says something. */
export const name = (most = 200) => text(most).min(1);

/** The id of a row; one that does not exist, or is not of this business, is found out by the database. */
export const rowId = z.string().regex(/^[A-Za-z0-9]{1,64}$/, 'no id');

/** A day: 2026-03-31. */
export const day = z.iso.date();

export const currency = z.string().refine(isCurrency, 'no currency of ISO 4217');

/** An amount in the smallest unit of its currency, exact in JavaScript and in the database. */
export const amount = z.int().nonnegative();

/** A percentage in hundredths: 18 % is 1800. */
export const taxRate = z.int().min(0).max(10_000);

/** An address of a page: what a browser would run is none. */
export const url = text(2000).pipe(z.url({ protocol: /^https?$/ }));
