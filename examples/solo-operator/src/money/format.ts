import { decimalsOf } from './currency.ts';

/**
 * An amount in the smallest unit of its currency, for people: 450 EUR is €4.50, 450 JPY is ¥450. Exact at
 * any size, because no floating-point number is made of it.
 * @param locale Default: 'en'.
 */
export function formatMoney(amount: number, currency: string, locale = 'en'): string {
  const digits = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(decimalText(amount, digits) as Intl.StringNumericLiteral);
}

/** 450 with two decimals is '4.50': what a form shows, and `parseMoney` reads. */
export function decimalText(amount: number, digits: number): string {
  const sign = amount < 0 ? '-' : '';
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const cut = text.length - digits;
  return digits === 0 ? sign + text : `${sign}${text.slice(0, cut)}.${text.slice(cut)}`;
}
