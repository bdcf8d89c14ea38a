import type { Tenancy, TenantPool } from '@tenantry/core';
import { databasesOf, type Queryable } from '@tenantry/core/sql';
import { type AnswerOf, type BillingCall, callBilling, type InputOf } from '../calls.ts';
import type { BillingTransaction } from '../ports.ts';
import type { KeyAccount } from '../stripe/key-account.ts';

/** Which account of Stripe and which of its modes a runtime serves. */
export interface Origin {
  readonly account: string;
  readonly livemode: boolean;
}

/** The functions of billing in the database, as the system role calls them. */
export interface BillingDatabase {
  readonly origin: Origin;
  /** Which account of Stripe calls. */
  readonly key: KeyAccount;
  /**
   * Calls a function in a system scope of its own: one statement, one round trip. It is done where the tenant
   * lives that the input names, or else in this database.
   */
  call<C extends BillingCall>(called: C, input: InputOf<C>): Promise<AnswerOf<C>>;
  /** The same inside a transaction. */
  callIn<C extends BillingCall>(tx: Queryable, called: C, input: InputOf<C>): Promise<AnswerOf<C>>;
  /** A transaction of the system role, where a tenant lives. */
  transaction<R>(
    reason: string,
    tenant: string,
    fn: (tx: BillingTransaction) => Promise<R>,
  ): Promise<R>;
  /** This database first, then the others in which tenants live. */
  each(): Promise<readonly BillingDatabase[]>;
}

const actor = 'stripe-billing';

/** What works while Stripe is out of reach: an event is stored, and an operator looks. */
const patient: ReadonlySet<BillingCall> = new Set(['receive', 'want', 'dead', 'replay', 'prune']);

export function openBillingDatabase(
  tenancy: Tenancy,
  pool: TenantPool,
  origin: Origin,
  key: KeyAccount,
  here?: string,
): BillingDatabase {
  const callIn: BillingDatabase['callIn'] = (tx, called, input) =>
    callBilling(tx, called, { ...origin, stripeAccount: key.learned, ...input });
  const at = (tenant: string) => ({ [tenancy.property]: tenant }) as never;
  return {
    origin,
    key,
    callIn,
    async call(called, input) {
      await key.learn(patient.has(called));
      const { tenant } = input as { readonly tenant?: string };
      const place = tenant === undefined ? here : at(tenant);
      const entry = { reason: `billing: ${called}`, actor, write: true };
      return tenancy.asSystem({ ...entry, ...(place !== undefined && { place }) }, () =>
        callIn(pool, called, input),
      );
    },
    async transaction(reason, tenant, fn) {
      await key.learn(false);
      return tenancy.asSystem({ reason, actor, write: true, place: at(tenant) }, () =>
        pool.transaction(fn),
      );
    },
    async each() {
      const places = await databasesOf(pool);
      return places.map((place) => openBillingDatabase(tenancy, pool, origin, key, place));
    },
  };
}
