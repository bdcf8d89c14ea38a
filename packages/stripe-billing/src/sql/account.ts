import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { billingFunction } from './function.ts';
import { origin, thisOrigin } from './rows.ts';
import type { Names } from './tables.ts';

/**
 * The Stripe account of the customers, for each account name and mode. The first customer that a key has
 * created or fetched fixes it; afterwards every function refuses a key of another account.
 */
export const accountsSql = ({ tenancy }: Names): Ddl => ddl`
  create table if not exists tenantry.billing_accounts (
    account text not null, livemode boolean not null, stripe_account text not null,
    primary key (account, livemode)
  );
  revoke all on tenantry.billing_accounts from public;
  grant select, insert, update on tenantry.billing_accounts to ${name(tenancy.roles.system)};
`;

/** Says which account is meant, or changes it: so a key of any account may call it. */
export const account = (n: Names) =>
  billingFunction(n, 'account', {
    anyAccount: true,
    body: ddl`
      if (input->>'move')::boolean then
        insert into tenantry.billing_accounts as a (account, livemode, stripe_account)
        values (${origin}, input->>'stripeAccount')
        on conflict (account, livemode) do update set stripe_account = excluded.stripe_account;
      end if;
      return jsonb_build_object(
        'stripeAccount', (select a.stripe_account from tenantry.billing_accounts a where ${thisOrigin('a')}),
        'customers', (select count(*) from ${n.claims} a
          where ${thisOrigin('a')} and a.stripe_customer_id is not null));
    `,
  });
