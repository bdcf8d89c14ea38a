import { TenantryError } from '@tenantry/core';
import type { SyncParts } from './parts.ts';

/** What {@link linkCustomer} did. */
export interface Linked {
  /** `known` when it was linked before. */
  readonly outcome: 'linked' | 'known';
  /** How many events had waited for it. */
  readonly replayed: number;
}

/**
 * Links a customer of Stripe to an organization; events that waited for it are taken up.
 * @throws TenantryError `BILLING_CUSTOMER_TAKEN`
 */
export async function linkCustomer(
  { database, audit }: Pick<SyncParts, 'database' | 'audit'>,
  tenant: string,
  customer: string,
): Promise<Linked> {
  return database.transaction('billing: link a customer', async (tx) => {
    const done = await database.callIn<{ outcome: string; replayed?: number }>(tx, 'link', {
      tenant,
      customer,
    });
    if (done.outcome === 'taken' || done.outcome === 'other') {
      throw new TenantryError('BILLING_CUSTOMER_TAKEN', {
        found:
          done.outcome === 'taken'
            ? 'a customer of another organization.'
            : 'an organization with another customer.',
      });
    }
    if (done.outcome === 'linked') {
      await audit?.log(tx, 'billing.customer_linked', {
        tenantId: tenant,
        resource: customer,
        metadata: { account: database.origin.account, livemode: database.origin.livemode },
      });
    }
    return { outcome: done.outcome as Linked['outcome'], replayed: done.replayed ?? 0 };
  });
}
