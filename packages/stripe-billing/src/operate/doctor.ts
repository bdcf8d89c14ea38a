import { TenantryError } from '@tenantry/core';
import { requireAll } from '@tenantry/core/scope';
import { requiredEvents } from '../events/index.ts';
import { describeError } from '../stripe/errors.ts';
import type { SyncParts } from '../sync/parts.ts';
import { type BillingCheck, listed } from './check.ts';
import { checkPlans } from './check-plans.ts';
import { checkPrices } from './check-prices.ts';
import { listDeadLetters } from './list-dead-letters.ts';

interface DoctorOptions {
  /** The address that Stripe sends events to, when there are several endpoints. */
  readonly endpoint?: string | undefined;
}

/**
 * Checks what must be right before going live: the key, every sold price, every price that a subscription
 * could have, the webhook endpoint, its API version, and waiting and given-up events.
 */
export async function doctor(
  parts: SyncParts,
  options: DoctorOptions = {},
): Promise<BillingCheck[]> {
  const account = await checkAccount(parts);
  if (account.state === 'failed') return [account];
  return [
    account,
    ...(await checkPrices(parts)),
    await checkPlans(parts),
    ...(await checkEndpoints(parts, options.endpoint)),
    ...(await checkWork(parts)),
  ];
}

async function checkAccount({ database }: SyncParts): Promise<BillingCheck> {
  const name = 'the key is of the account and mode of the customers';
  try {
    const ofKey = await database.key.learn(false);
    if (ofKey === undefined) {
      return {
        name,
        state: 'warning',
        found: 'the key may not read its account',
        fix: 'Give it the right to read accounts and the balance, so that a key of another account is noticed.',
      };
    }
    const answers = await database.answers((each) => each.call('account', {}));
    const others = answers.flatMap(({ value }) => value?.stripeAccount ?? []);
    if (others.length === 0) requireAll(answers);
    const other = others.find((stripeAccount) => stripeAccount !== ofKey);
    const isOther = other !== undefined;
    return {
      name,
      state: isOther ? 'failed' : 'ok',
      found: isOther ? `the key is of ${ofKey}, the customers of ${other}` : ofKey,
      fix: 'Use the key of their account; see `tenantry billing account`.',
    };
  } catch (error) {
    return {
      name,
      state: 'failed',
      found: TenantryError.is(error) ? error.message : describeError(error),
      fix: 'Set STRIPE_SECRET_KEY to a key of this account.',
    };
  }
}

async function checkEndpoints(
  parts: SyncParts,
  address: string | undefined,
): Promise<BillingCheck[]> {
  const { data } = await parts.stripe.webhookEndpoints.list({ limit: 100 }, parts.request);
  const endpoints = data.filter(
    ({ url, status }) => status === 'enabled' && (address === undefined || url === address),
  );
  const exists: BillingCheck = {
    name: 'a webhook endpoint is enabled',
    state: endpoints.length === 0 ? 'failed' : 'ok',
    found: endpoints.length === 0 ? 'none' : endpoints.map(({ url }) => url).join(', '),
    fix: 'Create an endpoint that sends the events below to your webhook route.',
  };
  if (endpoints.length === 0) return [exists];
  const subscribed = new Set(endpoints.flatMap(({ enabled_events }) => enabled_events as string[]));
  const lacking = subscribed.has('*') ? [] : requiredEvents.filter((type) => !subscribed.has(type));
  const versions = [...new Set(endpoints.flatMap(({ api_version }) => api_version ?? []))];
  return [
    exists,
    listed({
      name: 'it sends every event that is needed',
      wrong: lacking,
      fine: `${requiredEvents.length} types`,
      fix: 'Add these types to the endpoint.',
    }),
    {
      name: 'its API version',
      state: 'ok',
      found: `${versions.join(', ') || 'that of the account'}; only ids are read from payloads, so any will do`,
    },
  ];
}

async function checkWork(parts: SyncParts): Promise<BillingCheck[]> {
  const { tenancy } = parts;
  const { events, tenants, unanswered } = await listDeadLetters(parts, 1000);
  const dead = events.filter(({ state }) => state === 'dead').length;
  const parked = events.length - dead;
  return [
    listed({
      name: 'every database of tenants answers',
      wrong: unanswered,
      says: '',
      fine: 'all of them',
      fix: 'Correct what is named; until then its tenants are not synced.',
    }),
    {
      name: 'nothing was given up',
      state: dead + tenants.length === 0 ? 'ok' : 'failed',
      found: `${dead} dead events, ${tenants.length} tenants with an error`,
      fix: 'See `tenantry billing dead`; then `tenantry billing replay`.',
    },
    {
      name: 'no customer waits to be linked',
      state: parked === 0 ? 'ok' : 'warning',
      found: `${parked} parked events`,
      fix: `See \`tenantry billing dead\`, and link the customer: runtime.link({ ${tenancy.property}, customer }).`,
    },
  ];
}
