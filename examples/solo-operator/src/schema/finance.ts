import { audited } from '@tenantry/audit-log';
import { numberColumns } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { InvoiceLine } from '../money/lines.ts';
import { isolate, numbered, reference } from '../tenancy.ts';
import { clients, projects } from './clients.ts';
import { amount, common, currency, day, isCurrency, ofClient, oneOf } from './parts.ts';
import { businesses } from './people.ts';

export const invoiceStatuses = ['draft', 'sent', 'paid', 'overdue'] as const;
export const transactionKinds = ['income', 'expense'] as const;

/**
 * An invoice with its lines. It survives its client and its project, and only a draft can be deleted. The
 * sums agree with the lines, which the database checks: see `drizzle/0007_invoice_rules.sql`.
 */
export const invoices = pgTable(
  'invoices',
  {
    ...common(),
    clientId: ofClient(),
    projectId: text('project_id'),
    ...numberColumns(),
    status: text({ enum: invoiceStatuses }).notNull().default('draft'),
    /** Whom it is for, as it was printed; it stays when the client is deleted. */
    billTo: text('bill_to').notNull(),
    issueDate: day('issue_date').notNull(),
    dueDate: day('due_date').notNull(),
    currency: currency(),
    lineItems: jsonb('line_items').$type<InvoiceLine[]>().notNull(),
    subtotal: amount('subtotal').notNull(),
    /** In hundredths of a percent: 18 % is 1800. */
    taxRate: integer('tax_rate').notNull().default(0),
    taxAmount: amount('tax_amount').notNull(),
    total: amount('total').notNull(),
    notes: text().notNull().default(''),
  },
  (t) => [
    ...isolate(t, { write: { delete: sql`${t.status} = 'draft'` } }),
    // the year of the issue date, whatever the time zone
    ...numbered(t, { pattern: '{year}-{0000}', at: t.issueDate }),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.clientId, to: () => clients, onDelete: 'set null' }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'set null' }),
    ...audited(t, { exclude: ['updatedAt'] }),
    oneOf('invoices_status_known', t.status, invoiceStatuses),
    isCurrency('invoices_currency_form', t.currency),
    check('invoices_due_after_issue', sql`${t.dueDate} >= ${t.issueDate}`),
    check('invoices_tax_rate_range', sql`${t.taxRate} between 0 and 10000`),
    index('invoices_issue_idx').on(t.businessId, t.issueDate, t.id),
  ],
);

/** Money that came in or went out. */
export const transactions = pgTable(
  'transactions',
  {
    ...common(),
    clientId: ofClient(),
    projectId: text('project_id'),
    invoiceId: text('invoice_id'),
    kind: text({ enum: transactionKinds }).notNull(),
    currency: currency(),
    amount: amount('amount').notNull(),
    happenedOn: day('happened_on').notNull(),
    category: text().notNull().default(''),
    description: text().notNull(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.clientId, to: () => clients, onDelete: 'set null' }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'set null' }),
    // an invoice that was paid cannot go: the money would have no reason any more
    ...reference(t, { column: t.invoiceId, to: () => invoices, onDelete: 'restrict' }),
    ...audited(t, { exclude: ['updatedAt'] }),
    oneOf('transactions_kind_known', t.kind, transactionKinds),
    isCurrency('transactions_currency_form', t.currency),
    check('transactions_amount_positive', sql`${t.amount} > 0`),
    index('transactions_day_idx').on(t.businessId, t.happenedOn, t.id),
  ],
);
