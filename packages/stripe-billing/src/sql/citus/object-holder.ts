import { type Ddl, ddl } from '@tenantry/core/sql';
import { thisOrigin } from '../rows.ts';
import { claimsTable, type Names } from '../tables.ts';

/** The customer of a subscription or of an invoice, into `who`: one query asks all shards, by their indexes. */
export const holderOfObject = (n: Names): Ddl => ddl`
  select k.tenant into holder
  from (
    select s.${n.tenant} as tenant from ${n.subscriptions} s where s.id = e.object
    union all
    select i.${n.tenant} from ${n.invoices} i where i.id = e.object
    union all
    select i.${n.tenant} from ${n.invoices} i where i.id = e.invoice
  ) k
  limit 1;
  select c.stripe_customer_id into who from ${claimsTable} c
  where c.${n.tenant} = holder and ${thisOrigin('c')};
`;
