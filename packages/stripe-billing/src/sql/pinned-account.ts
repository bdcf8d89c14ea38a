import { callOf, type Ddl, ddl, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { origin, thisOrigin } from './rows.ts';
import type { Names } from './tables.ts';

type System = Pick<Names, 'tenancy'>;

/** Says that a key is of another account than the customers. */
export const refuseAccount = ({ tenancy }: System): SqlFunction =>
  sqlFunction(
    ddl`billing_refuse_account(of_key text, of_customers text) returns void`,
    { volatility: 'stable', callers: [name(tenancy.roles.system)] },
    ddl`
      begin
        raise exception 'BILLING_ACCOUNT_MISMATCH: a key of %, and customers of %', of_key, of_customers
          using errcode = 'TN001';
      end
    `,
  );

/** Refuses a call with the key of another account; one that does not say whose it is passes. */
export const checkAccount = (n: System): Ddl => ddl`
  perform ${callOf(refuseAccount(n), ddl`input->>'stripeAccount'`, ddl`a.stripe_account`)}
  from tenantry.billing_accounts a where ${thisOrigin('a')} and a.stripe_account <> input->>'stripeAccount';
`;

/** Keeps the account of the caller as the one that is meant, where none is known; of two callers one. */
export const pinAccount = (n: System): Ddl => ddl`
  if input->>'stripeAccount' is not null then
    insert into tenantry.billing_accounts (account, livemode, stripe_account)
    values (${origin}, input->>'stripeAccount')
    on conflict (account, livemode) do nothing;
    ${checkAccount(n)}
  end if;
`;
