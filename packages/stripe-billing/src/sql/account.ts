import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { billingFunction, thisOrigin } from './function.ts';
import type { Names } from './tables.ts';

/**
 * The Stripe account of the customers, for each account name and mode. The first customer that a key has
 * created or fetched fixes it; afterwards every function refuses a key of another account.
 */
export function accountsSql(n: Names): readonly Ddl[] {
  return [
    ddl`
      create table if not exists tenantry.billing_accounts (
        account text not null, livemode boolean not null, stripe_account text not null,
        primary key (account, livemode)
      );
      revoke all on tenantry.billing_accounts from public;
      grant select, insert, update on tenantry.billing_accounts to ${name(n.tenancy.roles.system)};
    `,
    billingFunction(
      n,
      'account',
      ddl`told jsonb;`,
      ddl`
        if (input->>'move')::boolean then
          insert into tenantry.billing_accounts as a (account, livemode, stripe_account)
          values (input->>'account', (input->>'livemode')::boolean, input->>'stripeAccount')
          on conflict (account, livemode) do update set stripe_account = excluded.stripe_account;
        end if;
        select jsonb_build_object('stripeAccount', (select a.stripe_account from tenantry.billing_accounts a where ${thisOrigin('a')}),
          'customers', (select count(*) from ${n.organizationBilling} a where ${thisOrigin('a')} and a.stripe_customer_id is not null)) into told;
        return told;`,
      // this function reads and changes the account
      { anyAccount: true },
    ),
  ];
}
