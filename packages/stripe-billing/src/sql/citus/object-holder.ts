import { type Ddl, ddl } from '@tenantry/core/sql';
import { thisOrigin } from '../rows.ts';
import { claimsTable, type Names } from '../tables.ts';

/**
 * The customer of a subscription or of an invoice, into `who`: one query asks all shards, by their indexes.
 * While a node is away the event is stored all the same, and Stripe is asked for the customer.
 */
export const holderOfObject = (n: Names): Ddl => ddl`
  begin
    select k.tenant into holder
    from (
      select s.${n.tenant} as tenant from ${n.subscriptions} s where s.id = e.object
      union all
      select i.${n.tenant} from ${n.invoices} i where i.id = e.object
      union all
      select i.${n.tenant} from ${n.invoices} i where i.id = e.invoice
    ) k
    limit 1;
  exception when connection_exception then
    holder := null;
    raise warning '%', sqlerrm;
  end;
  select c.stripe_customer_id into who from ${claimsTable} c
  where c.${n.tenant} = holder and ${thisOrigin('c')};
`;
