import { parseMoney } from '../src/money/parse.ts';
import { getSettings } from '../src/queries/settings.ts';
import { db } from './db.ts';

/**
 * Fields of which one is an amount, read by the decimals of their currency, or of that of the business.
 * @throws TenantryError `MONEY_INVALID`
 */
export async function withAmount(
  fields: Readonly<Record<string, string>>,
  name: string,
): Promise<Record<string, unknown>> {
  const { [name]: written, ...others } = fields;
  if (written === undefined) return others;
  const currency = others.currency ?? (await getSettings(db)).currency;
  return { ...others, currency, [name]: parseMoney(written, currency) };
}
