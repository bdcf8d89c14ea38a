/** A line of an invoice: money in the smallest unit of the invoice's currency. */
export interface InvoiceLine {
  readonly description: string;
  /** Hours or pieces, with at most two decimals. */
  readonly quantity: number;
  /** Below zero for a discount. */
  readonly rate: number;
  readonly amount: number;
}

/** The sums of an invoice. */
export interface InvoiceSums {
  readonly lineItems: InvoiceLine[];
  readonly subtotal: number;
  readonly taxAmount: number;
  readonly total: number;
}

/**
 * Adds up an invoice, without floating-point numbers. The database checks the same:
 * `drizzle/0007_invoice_rules.sql`.
 * @param taxRate in hundredths of a percent: 18 % is 1800
 */
export function addUp(lines: readonly Omit<InvoiceLine, 'amount'>[], taxRate: number): InvoiceSums {
  const lineItems = lines.map(({ description, quantity, rate }) => ({
    description,
    quantity,
    rate,
    amount: Number(divide(hundredthsOf(quantity) * BigInt(rate), 100n)),
  }));
  const subtotal = lineItems.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const taxAmount = divide(subtotal * BigInt(taxRate), 10_000n);
  return {
    lineItems,
    subtotal: Number(subtotal),
    taxAmount: Number(taxAmount),
    total: Number(subtotal + taxAmount),
  };
}

/** 1.15 is 115: by its digits, because 1.15 * 100 is 114.99999999999999. */
function hundredthsOf(quantity: number): bigint {
  const [whole = '0', fraction = ''] = String(quantity).split('.');
  return BigInt(whole + fraction.padEnd(2, '0'));
}

/** Divides; halves go away from zero, as `round(numeric)` of PostgreSQL does it. */
function divide(value: bigint, by: bigint): bigint {
  const half = value < 0n ? -by / 2n : by / 2n;
  return (value + half) / by;
}
