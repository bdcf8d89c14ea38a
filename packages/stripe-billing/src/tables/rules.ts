import type { Tenancy } from '@tenantry/core';
import {
  type ColumnLike,
  type ColumnsLike,
  defineIsolation,
  type Fragment,
  type TableLike,
} from '@tenantry/rls';
import { markTable, nameOf, objectName, tableOf } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { index, uniqueIndex } from 'drizzle-orm/pg-core';

/** The tables of this package; `stripe-billing:<part>` marks each. */
export const tableParts = [
  'customers',
  'subscriptions',
  'subscriptionItems',
  'invoices',
  'checkoutIntents',
  'products',
  'prices',
  'webhookEvents',
] as const;

export type TablePart = (typeof tableParts)[number];

export const markOfPart = (part: TablePart | 'members') => `stripe-billing:${part}`;

type Named<K extends string> = ColumnsLike & { readonly [Key in K]: ColumnLike };

/**
 * Keys, indexes and policies of each table, to spread into its third argument. Tenants read their
 * rows; only the system role writes them.
 */
export function rulesOf(tenancy: Tenancy) {
  const isolation = defineIsolation(tenancy);
  const read = (t: ColumnsLike, key?: readonly ColumnLike[]) =>
    isolation.isolate(t as never, { access: 'read', ...(key !== undefined && { key }) });
  const mark = (part: TablePart, column: ColumnLike) => {
    const table = tableOf(column);
    markTable(table, markOfPart(part));
    return (...words: string[]) => objectName(nameOf(table), ...words);
  };
  const on = (columns: readonly ColumnLike[]) => columns as unknown as [never, ...never[]];

  return {
    customers(
      t: Named<
        | 'account'
        | 'livemode'
        | 'stripeCustomerId'
        | 'nextAt'
        | 'recheckAt'
        | 'updatedAt'
        | 'seatsWanted'
      >,
    ): Fragment[] {
      const named = mark('customers', t.account);
      const own = read(t, [t.account, t.livemode]);
      // there a table of the coordinator says whose a customer is, and what is due
      if (tenancy.dialect === 'citus') {
        const changed = index(named('seats', 'idx')).on(...on([t.seatsWanted]));
        return [...own, changed.where(sql`seats_wanted > seats_done`)] as Fragment[];
      }
      return [
        ...own,
        uniqueIndex(named('customer', 'key')).on(
          ...on([t.stripeCustomerId, t.account, t.livemode]),
        ),
        // for the worker: rows that are behind, and rows that are due
        index(named('behind', 'idx'))
          .on(...on([t.nextAt]))
          .where(sql`sync_wanted > sync_done`),
        index(named('recheck', 'idx'))
          .on(...on([t.recheckAt]))
          .where(sql`recheck_at is not null`),
        index(named('failing', 'idx'))
          .on(...on([t.updatedAt]))
          .where(sql`error is not null`),
      ] as Fragment[];
    },
    subscriptions(t: Named<'id'>): Fragment[] {
      const named = mark('subscriptions', t.id);
      // a thin event contains a subscription but not its customer
      return [...read(t), index(named('id', 'idx')).on(...on([t.id]))] as Fragment[];
    },
    subscriptionItems(
      t: Named<'id' | 'subscriptionId'>,
      { subscriptions }: { readonly subscriptions: () => TableLike },
    ): Fragment[] {
      mark('subscriptionItems', t.id);
      return [
        ...read(t),
        ...isolation.reference(t as never, {
          column: t.subscriptionId,
          to: subscriptions,
          onDelete: 'cascade',
        }),
      ];
    },
    invoices(t: Named<'id' | 'issuedAt'>): Fragment[] {
      const named = mark('invoices', t.id);
      const tenant = t[tenancy.property] as ColumnLike;
      return [
        ...read(t),
        index(named('issued', 'idx')).on(...on([tenant, t.issuedAt])),
        index(named('id', 'idx')).on(...on([t.id])),
      ] as Fragment[];
    },
    checkoutIntents(
      t: Named<'id' | 'account' | 'livemode' | 'state' | 'sessionId' | 'updatedAt'>,
    ): Fragment[] {
      const named = mark('checkoutIntents', t.id);
      const tenant = t[tenancy.property] as ColumnLike;
      return [
        ...read(t),
        // at most one open checkout per tenant, also under concurrency
        uniqueIndex(named('open', 'key'))
          .on(...on([tenant, t.account, t.livemode]))
          .where(sql`state = 'open'`),
        index(named('updated', 'idx')).on(...on([t.updatedAt])),
      ] as Fragment[];
    },
    /** Every tenant reads what is on sale. */
    products(t: Named<'id'>): Fragment[] {
      mark('products', t.id);
      return isolation.shared(t);
    },
    prices(t: Named<'id'>): Fragment[] {
      mark('prices', t.id);
      return isolation.shared(t);
    },
    webhookEvents(
      t: Named<'eventId' | 'customerId' | 'state' | 'nextAt' | 'createdAt' | 'processedAt'>,
    ): Fragment[] {
      const named = mark('webhookEvents', t.eventId);
      return [
        ...isolation.systemOnly(t),
        index(named('customer', 'idx'))
          .on(...on([t.customerId]))
          .where(sql`state <> 'processed'`),
        index(named('waiting', 'idx'))
          .on(...on([t.nextAt]))
          .where(sql`state = 'unmapped' or (state = 'pending' and route <> 'customer')`),
        index(named('failure', 'idx'))
          .on(...on([t.customerId]))
          .where(sql`type = 'invoice.payment_failed'`),
        // for operators, and for retention
        index(named('given_up', 'idx'))
          .on(...on([t.createdAt]))
          .where(sql`state in ('dead', 'parked')`),
        index(named('done', 'idx'))
          .on(...on([t.processedAt]))
          .where(sql`processed_at is not null`),
      ] as Fragment[];
    },
    /**
     * For the table of memberships, whose rows are the seats. After a member is added or removed, also by
     * raw SQL, the worker sets the quantity at Stripe.
     */
    members(t: ColumnsLike): Fragment[] {
      markTable(tableOf(t[tenancy.property] as ColumnLike), markOfPart('members'));
      return [];
    },
  };
}
