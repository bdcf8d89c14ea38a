import { createTenantPool } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import type { CommandContext } from '@tenantry/rls/feature';
import { connect } from '../connect/connect.ts';
import type { Defined } from '../connect/defined.ts';
import type { BillingRuntime } from '../connect/runtime.ts';

/** The options that every command has. */
export const commonOptions = {
  '--account <name>': 'the account, as connect() names it; default',
  '--connected <acct>': 'a connected account: acct_…',
} as const;

/** The same for parseArgs. */
export const whereArgs = { account: { type: 'string' }, connected: { type: 'string' } } as const;

/** What the command line says of where to connect. */
export interface Where {
  readonly account?: string | undefined;
  readonly connected?: string | undefined;
}

/**
 * Runs a command with billing connected to the database of the configuration and the account of
 * STRIPE_SECRET_KEY, whose prefix determines the mode. STRIPE_API_BASE can point to a fake.
 */
export async function withBilling(
  defined: Defined,
  { url, systemUrl }: CommandContext,
  where: Where,
  work: (runtime: BillingRuntime<never>) => Promise<number>,
): Promise<number> {
  const key = process.env.STRIPE_SECRET_KEY ?? '';
  check(url !== undefined, 'no DATABASE_URL', 'Set DATABASE_URL.');
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
  const pool = createTenantPool(defined.tenancy, {
    connectionString: url,
    ...(systemUrl !== undefined &&
      systemUrl !== url && { system: { connectionString: systemUrl } }),
  });
  const runtime = connect(defined, pool, {
    stripe,
    livemode: /^[sr]k_live_/.test(key),
    ...(where.account !== undefined && { account: where.account }),
    ...(where.connected !== undefined && { connectedAccount: where.connected }),
  });
  try {
    return await work(runtime);
  } finally {
    await pool.end();
  }
}
