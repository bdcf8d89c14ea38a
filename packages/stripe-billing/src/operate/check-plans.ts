import { requireAll } from '@tenantry/core/scope';
import { tenantKey } from '@tenantry/core/sql';
import { describeError } from '../stripe/errors.ts';
import type { SyncParts } from '../sync/parts.ts';
import { type BillingCheck, listed } from './check.ts';

/** Undoes a trial. */
class Undone extends Error {}

/**
 * Hands every plan, add-on and seat that can be bought to the plan port, in a transaction that is taken
 * back: what it refuses would be refused at every sync of whoever buys it.
 */
export async function checkPlans({
  tenancy,
  catalog,
  limits,
  database,
}: SyncParts): Promise<BillingCheck> {
  const name = 'limits know every plan and add-on';
  if (limits === undefined) return { name, state: 'ok', found: 'no limits are told' };
  const answers = await database.answers((each) => each.call('linked', { most: 1 }));
  const [linked] = answers.flatMap(({ value = [] }) => value);
  if (linked === undefined) {
    requireAll(answers);
    return { name, state: 'ok', found: 'not tried: no tenant is a customer yet' };
  }
  const { plans, addons } = catalog;
  const trials = [
    ...plans.map((plan) => ({ what: `plan ${plan}`, plan, addons: {} })),
    ...addons.map((addon) => ({
      what: `add-on ${addon}`,
      plan: plans[0] ?? null,
      addons: { [addon]: 1 },
    })),
  ];
  const refused: string[] = [];
  for (const { what, ...given } of trials) {
    const change = { ...given, readOnly: false, source: 'stripe' };
    await database
      .transaction('billing: try whether limits know what is sold', linked.tenant, async (tx) => {
        await limits.setPlan(tx, { ...tenantKey(tenancy, linked.tenant), ...change });
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) refused.push(`${what} (${describeError(error)})`);
      });
  }
  return listed({
    name,
    wrong: refused,
    fine: `${plans.length} plans, ${addons.length} add-ons`,
    fix: 'Name it in defineLimits as it is named in defineBilling, and migrate.',
  });
}
