import { TenantryError } from '@tenantry/core';
import { isStorableText } from '@tenantry/core/sql';

/** The error for an invalid parameter, which usually comes from a client. */
export const wrongParameter = (what: string, fix: string): TenantryError =>
  new TenantryError('CONFIG_INVALID', { found: `${what}.`, fix, status: 400 });

/** Checks a text that can be compared in the database: no NUL and no lone surrogates. */
export function textParameter(what: string, value: unknown): string {
  if (isStorableText(value)) return value;
  throw wrongParameter(
    `${what} of an audit query that is no text, or holds a NUL or half a character`,
    'Pass a string of whole characters.',
  );
}

const greatest = 2n ** 63n;

/** Checks a transaction id in the form of entries. */
export function transactionIdParameter(value: unknown): string {
  if (typeof value === 'string' && /^\d{1,19}$/.test(value) && BigInt(value) < greatest)
    return value;
  throw wrongParameter(
    'a transactionId of an audit query that is none',
    'Pass the transactionId of an entry, as it is.',
  );
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && uuid.test(value);

const timeForm =
  /^(\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?(?:Z|[+-](\d\d)(?::?(\d\d))?))?$/;

/** Whether a text is a time that PostgreSQL can store: a valid day, from the year 1 to 294275. */
export function isMoment(text: string): boolean {
  const found = timeForm.exec(text);
  if (found === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ahead = 0, minutes = 0] =
    found.slice(1).map((part) => (part === undefined ? 0 : Number(part)));
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return (
    year >= 1 &&
    year <= 294_275 &&
    day >= 1 &&
    day <= days &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    ahead <= 15 &&
    minutes <= 59
  );
}
