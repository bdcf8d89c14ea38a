import type { TenantPool } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { connect } from '../connect/connect.ts';
import type { Defined } from '../connect/defined.ts';
import type { BillingRuntime } from '../connect/runtime.ts';

/** The options that every command has. */
export const stripeOptions = {
  account: {
    type: 'text',
    value: 'name',
    summary: 'Use this account, as connect() names it. Default: the default account.',
  },
  connected: {
    type: 'text',
    value: 'acct_…',
    summary: 'Use this connected account. Default: none.',
  },
} as const;

/** What a command says of where to connect. */
export interface Where {
  readonly pool: TenantPool;
  readonly options: {
    readonly account: string | undefined;
    readonly connected: string | undefined;
  };
}

/**
 * Runs a command with billing connected to the pool and the account of STRIPE_SECRET_KEY, whose prefix
 * determines the mode. STRIPE_API_BASE can point to a fake.
 */
export async function withBilling(
  defined: Defined,
  { pool, options: { account, connected } }: Where,
  work: (runtime: BillingRuntime<never>) => Promise<number>,
): Promise<number> {
  const key = process.env.STRIPE_SECRET_KEY ?? '';
  check(key !== '', 'no STRIPE_SECRET_KEY', 'Set STRIPE_SECRET_KEY.');
  const { default: Stripe } = await import('stripe');
  const base = process.env.STRIPE_API_BASE;
  const at = base === undefined || base === '' ? undefined : new URL(base);
  const stripe = new Stripe(key, {
    ...(at !== undefined && {
      host: at.hostname,
      port: Number(at.port || (at.protocol === 'http:' ? 80 : 443)),
      protocol: at.protocol === 'http:' ? ('http' as const) : ('https' as const),
    }),
  });
  const runtime = connect(defined, pool, {
    stripe,
    livemode: /^[sr]k_live_/.test(key),
    ...(account !== undefined && { account }),
    ...(connected !== undefined && { connectedAccount: connected }),
  });
  return work(runtime);
}
