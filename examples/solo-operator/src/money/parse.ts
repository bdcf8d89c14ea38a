import { TenantryError } from '@tenantry/core';
import '../errors.ts';
import { decimalsOf } from './currency.ts';

const form = /^(-?)(\d{1,15})(?:\.(\d{1,4}))?$/;

/**
 * Reads what somebody wrote into the smallest unit of a currency: '4.50' EUR is 450. Nothing is rounded:
 * '4.505' EUR and '450.5' JPY are no amounts.
 * @throws TenantryError `MONEY_INVALID`
 */
export function parseMoney(written: string, currency: string): number {
  const digits = decimalsOf(currency);
  const [, sign, whole = '', fraction = ''] = form.exec(written.trim()) ?? [];
  const amount = Number(whole + fraction.padEnd(digits, '0'));
  if (sign === undefined || fraction.length > digits || !Number.isSafeInteger(amount)) {
    throw new TenantryError('MONEY_INVALID', { details: { currency, decimals: digits } });
  }
  return sign === '-' && amount > 0 ? -amount : amount;
}
