import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { billingFunction } from '../function.ts';
import { thisRow } from '../rows.ts';
import type { Names } from '../tables.ts';

/** `billing_stored` on Citus: one query for each table, because a shard answers no query of several. */
export function storedOnShard(n: Names): SqlFunction {
  const rows = (table: Ddl, into: Ddl): Ddl => ddl`
    select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') into ${into} from ${table} t where ${thisRow(n, 't')};
  `;
  return billingFunction(n, 'stored', {
    declare: ddl`
      subscriptions jsonb;
      items jsonb;
      invoices jsonb;
      own jsonb;
    `,
    body: ddl`
      ${rows(n.subscriptions, ddl`subscriptions`)}
      ${rows(n.subscriptionItems, ddl`items`)}
      ${rows(n.invoices, ddl`invoices`)}
      select to_jsonb(b) into own from ${n.customers} b where ${thisRow(n, 'b')};
      return jsonb_build_object('subscriptions', subscriptions, 'items', items, 'invoices', invoices, 'own', own);
    `,
  });
}
