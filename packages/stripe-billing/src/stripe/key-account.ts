import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import type { AlertFacts } from '../connect/alert.ts';
import { isPassing, isRefused, toCaller } from './errors.ts';

/** The account and mode of a key, as far as it may read them. */
interface Learned {
  readonly stripeAccount: string | undefined;
  readonly livemode: boolean | undefined;
}

/** The Stripe account of a runtime's key. */
export interface KeyAccount {
  /**
   * Asks Stripe once; every database call then contains the account. Undefined for a key that may not
   * read its account.
   *
   * @param isPatient whether to return undefined when Stripe is unreachable
   * @throws TenantryError `BILLING_ACCOUNT_MISMATCH` for a key of the other mode, `STRIPE_UNAVAILABLE`,
   *   `STRIPE_REFUSED`
   */
  learn(isPatient: boolean): Promise<string | undefined>;
  /** The account, once it is known. */
  readonly learned: string | undefined;
}

interface Asked {
  readonly stripe: Stripe;
  readonly request: Stripe.RequestOptions;
  readonly livemode: boolean;
  alert(alert: AlertFacts): void;
}

export function createKeyAccount(asked: Asked): KeyAccount {
  let learned: Learned | undefined;
  let asking: Promise<Learned> | undefined;
  return {
    get learned() {
      return learned?.stripeAccount;
    },
    async learn(isPatient) {
      try {
        asking ??= ask(asked);
        learned = await asking;
      } catch (error) {
        asking = undefined;
        if (isPatient && isPassing(error)) return undefined;
        throw toCaller(error);
      }
      if (learned.livemode === undefined || learned.livemode === asked.livemode) {
        return learned.stripeAccount;
      }
      throw new TenantryError('BILLING_ACCOUNT_MISMATCH', {
        found: `a key of ${learned.livemode ? 'live' : 'test'} mode, and livemode: ${asked.livemode} in connect().`,
      });
    },
  };
}

async function ask({ stripe, request, alert }: Asked): Promise<Learned> {
  const [account, balance] = await Promise.all([
    unlessForbidden(stripe.accounts.retrieveCurrent({}, request)),
    // an account object has no mode, but its balance has
    unlessForbidden(stripe.balance.retrieve({}, request)),
  ]);
  if (account === undefined) {
    alert({
      kind: 'account-unknown',
      message: 'The key may not read its account, so a key of another account is not noticed.',
    });
  }
  return { stripeAccount: account?.id, livemode: balance?.livemode };
}

/** A restricted key may lack this right. */
async function unlessForbidden<R>(answer: Promise<R>): Promise<R | undefined> {
  try {
    return await answer;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (isRefused(error) && statusCode !== 401) return undefined;
    throw error;
  }
}
