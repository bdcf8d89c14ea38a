import type { Database } from '../database.ts';
import { settings } from '../schema/index.ts';

/** For a business that has chosen nothing yet. */
export const usual = {
  currency: 'EUR',
  taxRate: 0,
  paymentDays: 14,
  timeZone: 'UTC',
  invoiceNotes: '',
} as const;

/** How the current business writes its invoices. */
export async function getSettings(db: Database['db']) {
  const [found] = await db.select().from(settings);
  return found ?? usual;
}
