import type { Tenancy, TenantPool } from '@tenantry/core';
import { answerOf, type DatabaseAnswer, requireAll } from '@tenantry/core/scope';
import { databasesOf, type Queryable } from '@tenantry/core/sql';
import { type AnswerOf, type BillingCall, callBilling, type InputOf } from '../calls.ts';
import type { BillingTransaction } from '../ports.ts';
import { guarded } from '../stripe/errors.ts';
import type { KeyAccount } from '../stripe/key-account.ts';

/** Which account of Stripe and which of its modes a runtime serves. */
export interface Origin {
  readonly account: string;
  readonly livemode: boolean;
}

/** The functions of billing in the database, as the system role calls them. */
export interface BillingDatabase {
  /** Its name as a place; undefined for that of the shared tables. */
  readonly place: string | undefined;
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
  /** Asks each of them at once; one that fails does not stop the others. */
  answers<R>(fn: (each: BillingDatabase) => Promise<R>): Promise<readonly DatabaseAnswer<R>[]>;
  /** The same, for what has to be done in all. @throws TenantryError `DATABASES_FAILED` */
  inEach<R>(fn: (each: BillingDatabase) => Promise<R>): Promise<readonly R[]>;
}

const actor = 'stripe-billing';

/** What works while Stripe is out of reach: an event is stored, and an operator looks. */
const patient: ReadonlySet<BillingCall> = new Set(['receive', 'want', 'dead', 'replay', 'prune']);

export function openBillingDatabase(
  tenancy: Tenancy,
  pool: TenantPool,
  origin: Origin,
  key: KeyAccount,
  place?: string,
): BillingDatabase {
  const callIn: BillingDatabase['callIn'] = (tx, called, input) =>
    callBilling(tx, called, { ...origin, stripeAccount: key.learned, ...input });
  const at = (tenant: string) => ({ [tenancy.property]: tenant }) as never;
  const each: BillingDatabase['each'] = async () =>
    (await databasesOf(pool)).map((name) => openBillingDatabase(tenancy, pool, origin, key, name));
  const answers: BillingDatabase['answers'] = async (fn) =>
    Promise.all((await each()).map((one) => answerOf(one.place, () => guarded(() => fn(one)))));
  return {
    place,
    origin,
    key,
    callIn,
    async call(called, input) {
      await key.learn(patient.has(called));
      const { tenant } = input as { readonly tenant?: string };
      const where = tenant === undefined ? place : at(tenant);
      const entry = { reason: `billing: ${called}`, actor, write: true };
      return tenancy.asSystem({ ...entry, ...(where !== undefined && { place: where }) }, () =>
        callIn(pool, called, input),
      );
    },
    async transaction(reason, tenant, fn) {
      await key.learn(false);
      return tenancy.asSystem({ reason, actor, write: true, place: at(tenant) }, () =>
        pool.transaction(fn),
      );
    },
    each,
    answers,
    inEach: async (fn) => requireAll(await answers(fn)),
  };
}
