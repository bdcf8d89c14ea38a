import type { Tenancy, TenantPool } from '@tenantry/core';
import { ddl, name, type Queryable, runStatement, statement } from '@tenantry/core/sql';
import type { KeyAccount } from './account.ts';
import { toJsonb } from './to-jsonb.ts';

/** The account and mode of a runtime. */
export interface Origin {
  readonly account: string;
  readonly livemode: boolean;
}

/** The functions of billing in the database, as the system role calls them. */
export interface BillingDatabase {
  readonly origin: Origin;
  /** The account of the caller's key. */
  readonly key: KeyAccount;
  /** Calls `tenantry.billing_<id>` in its own system scope: one statement, one round trip. */
  call<R>(id: string, input: object): Promise<R>;
  /** The same inside a transaction. */
  callIn<R>(db: Queryable, id: string, input: object): Promise<R>;
  /** A transaction of the system role. */
  transaction<R>(reason: string, fn: (tx: Queryable) => Promise<R>): Promise<R>;
}

const actor = 'stripe-billing';

/** Calls that work while Stripe is unreachable: storing events, and operator commands. */
const patient = new Set(['receive', 'want', 'dead', 'replay', 'prune']);

export function openBillingDatabase(
  tenancy: Tenancy,
  pool: TenantPool,
  origin: Origin,
  key: KeyAccount,
): BillingDatabase {
  async function callIn<R>(db: Queryable, id: string, input: object): Promise<R> {
    const json = toJsonb({ ...origin, stripeAccount: key.learned, ...input });
    const target = ddl`tenantry.${name(`billing_${id}`)}`;
    const [row] = await runStatement<{ result: R }>(
      db,
      statement`select ${target}(${json}::jsonb) as result`,
    );
    return (row as { result: R }).result;
  }
  return {
    origin,
    key,
    callIn,
    async call<R>(id: string, input: object) {
      await key.learn(patient.has(id));
      return tenancy.asSystem({ reason: `billing: ${id}`, actor, write: true }, () =>
        callIn<R>(pool, id, input),
      );
    },
    async transaction<R>(reason: string, fn: (tx: Queryable) => Promise<R>) {
      await key.learn(false);
      return tenancy.asSystem({ reason, actor, write: true }, () => pool.transaction(fn));
    },
  };
}
