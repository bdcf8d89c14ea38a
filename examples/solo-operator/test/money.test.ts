import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createProject } from '../src/actions/projects.ts';
import { decimalsOf, isCurrency } from '../src/money/currency.ts';
import { formatMoney } from '../src/money/format.ts';
import { addUp } from '../src/money/lines.ts';
import { parseMoney } from '../src/money/parse.ts';
import { listProjects } from '../src/queries/projects.ts';
import { testWorld } from './support/world.ts';

const { db, as, ask } = await testWorld();

it('shows each currency with its own decimals', () => {
  expect(formatMoney(450, 'EUR')).toBe('€4.50');
  expect(formatMoney(450, 'JPY')).toBe('¥450');
  expect(formatMoney(5, 'KWD')).toBe('KWD\u00a00.005');
  expect(formatMoney(-5_000_000, 'INR', 'en-IN')).toBe('-₹50,000.00');
  // what a floating-point number cannot hold
  expect(formatMoney(9_007_199_254_740_991, 'USD')).toBe('$90,071,992,547,409.91');
});

it('knows decimals by ISO 4217, where Intl has other ones', () => {
  const byIntl = (currency: string) =>
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
      .maximumFractionDigits;
  expect([decimalsOf('HUF'), byIntl('HUF')]).toEqual([2, expect.any(Number)]);
  expect(decimalsOf('IQD')).toBe(3);
  expect(formatMoney(150_050, 'HUF')).toBe('HUF\u00a01,500.50');
  expect(isCurrency('EUR') && !isCurrency('eur') && !isCurrency('XXXX')).toBe(true);
});

it('reads what it shows, and rounds nothing', () => {
  expect(parseMoney('1250.50', 'EUR')).toBe(125_050);
  expect(parseMoney(' 1250 ', 'JPY')).toBe(1250);
  expect(parseMoney('0.005', 'KWD')).toBe(5);
  expect(parseMoney('-3', 'EUR')).toBe(-300);
  for (const [text, currency] of [
    ['4.505', 'EUR'],
    ['450.5', 'JPY'],
    ['1e3', 'EUR'],
    ['1,250', 'EUR'],
    ['', 'EUR'],
    ['99999999999999999', 'EUR'],
    ['NaN', 'EUR'],
  ] as const) {
    expect(() => parseMoney(text, currency)).toThrow(
      expect.objectContaining({ code: 'MONEY_INVALID', status: 422 }),
    );
  }
  fc.assert(
    fc.property(
      fc.integer({ min: -1e12, max: 1e12 }),
      fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'),
      (amount, currency) => {
        const digits = decimalsOf(currency);
        const sign = amount < 0 ? '-' : '';
        const all = String(Math.abs(amount)).padStart(digits + 1, '0');
        const text = `${sign}${all.slice(0, all.length - digits)}${digits > 0 ? '.' : ''}${digits > 0 ? all.slice(-digits) : ''}`;
        return parseMoney(text, currency) === amount;
      },
    ),
  );
});

it('adds up quantities that a floating-point number has not', () => {
  // 1.15 * 100 is 114.99999999999999
  expect(addUp([{ description: 'x', quantity: 1.15, rate: 100 }], 0).subtotal).toBe(115);
  expect(addUp([{ description: 'x', quantity: 0.5, rate: 1 }], 0).subtotal).toBe(1);
  expect(addUp([{ description: 'x', quantity: 0.5, rate: -1 }], 0).lineItems[0]?.amount).toBe(-1);
  expect(addUp([{ description: 'x', quantity: 1, rate: 1050 }], 1800)).toMatchObject({
    subtotal: 1050,
    taxAmount: 189,
    total: 1239,
  });
});

it('adds up as the database does, to the last unit', async () => {
  const line = fc.record({
    description: fc.constant('Work'),
    quantity: fc.integer({ min: 0, max: 100_000_000 }).map((n) => n / 100),
    rate: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  });
  const invoice = fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 6 }),
      taxRate: fc.integer({ min: 0, max: 10_000 }),
    })
    .map(({ lines, taxRate }) => ({ taxRate, ...addUp(lines, taxRate) }))
    .filter(({ subtotal }) => subtotal >= 0);
  const samples = fc.sample(invoice, 500);
  const rows = await ask(
    `select i as invoice from jsonb_array_elements($1::jsonb) i
     where not invoice_adds_up(i -> 'lineItems', (i ->> 'subtotal')::bigint, (i ->> 'taxRate')::int,
       (i ->> 'taxAmount')::bigint, (i ->> 'total')::bigint)`,
    [JSON.stringify(samples)],
  );
  expect(rows).toEqual([]);
});

it('keeps amounts for which an integer column has no room', async () => {
  // 25,000,000 INR are 2,500,000,000 paise; an integer ends at 2,147,483,647
  const budget = 2_500_000_000;
  await as('nair', 'priya', async () => {
    await createProject(db, { name: 'Airport signage', budget });
    const found = (await listProjects(db)).find(({ name }) => name === 'Airport signage');
    expect(found).toMatchObject({ budget, currency: 'INR' });
  });
});
