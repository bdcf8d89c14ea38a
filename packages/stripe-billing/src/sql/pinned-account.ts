import { callOf, type Ddl, ddl, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { origin, thisOrigin } from './rows.ts';
import type { Names } from './tables.ts';

/** Refuses a call with the key of another account; one that does not say whose it is passes. */
export const checkAccount = ({ tenancy }: Pick<Names, 'tenancy'>): SqlFunction =>
  sqlFunction({
    name: 'billing_check_account',
    args: [ddl`input jsonb`],
    returns: ddl`void`,
    volatility: 'stable',
    callers: [name(tenancy.roles.system)],
    body: ddl`
      declare
        pinned text;
      begin
        select a.stripe_account into pinned from tenantry.billing_accounts a where ${thisOrigin('a')};
        if pinned <> input->>'stripeAccount' then
          raise exception 'BILLING_ACCOUNT_MISMATCH: a key of %, and customers of %', input->>'stripeAccount', pinned
            using errcode = 'TN001';
        end if;
      end
    `,
  });

/** Keeps the account of the caller as the one that is meant, where none is known; of two callers one. */
export const pinAccount = (n: Pick<Names, 'tenancy'>): Ddl => ddl`
  if input->>'stripeAccount' is not null then
    insert into tenantry.billing_accounts (account, livemode, stripe_account)
    values (${origin}, input->>'stripeAccount')
    on conflict (account, livemode) do nothing;
    perform ${callOf(checkAccount(n), ddl`input`)};
  end if;
`;
