import { type Ddl, ddl } from '@tenantry/core/sql';

const thisAccount = ddl`a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean`;

/** Refuses a call with the key of another account; a call without an account passes. */
export const refuseOtherAccount: Ddl = ddl`
      if exists (select from tenantry.billing_accounts a where ${thisAccount} and a.stripe_account <> input->>'stripeAccount') then
        raise exception 'BILLING_ACCOUNT_MISMATCH: a key of %, and customers of %', input->>'stripeAccount',
          (select a.stripe_account from tenantry.billing_accounts a where ${thisAccount}) using errcode = 'TN001';
      end if;`;

/** Stores the caller's account when none is known; of two concurrent callers one wins. */
export const pinAccount: Ddl = ddl`
      if input->>'stripeAccount' is not null then
        insert into tenantry.billing_accounts (account, livemode, stripe_account)
        values (input->>'account', (input->>'livemode')::boolean, input->>'stripeAccount')
        on conflict (account, livemode) do nothing;
        ${refuseOtherAccount}
      end if;`;
