import { parseMoney } from '../src/money/parse.ts';

/** Reads the form of an invoice: amounts by the decimals of their currency, lines without a description left out. */
export function readInvoiceForm(form: FormData) {
  const one = (name: string) => String(form.get(name) ?? '');
  const all = (name: string) => form.getAll(name).map(String);
  const currency = one('currency');
  const [quantities, rates] = [all('quantity'), all('rate')];
  const lines = all('description').flatMap((description, index) =>
    description.trim() === ''
      ? []
      : [
          {
            description,
            quantity: Number(quantities[index] || 'none'),
            rate: parseMoney(rates[index] ?? '', currency),
          },
        ],
  );
  return {
    clientId: one('clientId') || null,
    currency,
    taxRate: hundredths(one('taxRate')),
    notes: one('notes'),
    lines,
  };
}

/** 18.5 is 1850; what is no percentage is not a number, and is refused as such. */
function hundredths(percent: string): number {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(percent.trim()) ?? [];
  return whole === undefined ? Number.NaN : Number(whole + fraction.padEnd(2, '0'));
}
