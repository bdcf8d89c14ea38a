import type { Tenancy, TenantPool } from '@tenantry/core';
import { ddl, name, type Queryable, runStatement, statement } from '@tenantry/core/sql';
import { toJsonb } from './to-jsonb.ts';

/** Which account of Stripe and which of its modes a runtime serves. */
export interface Origin {
  readonly account: string;
  readonly livemode: boolean;
}

/** The functions of billing in the database, as the system role calls them. */
export interface BillingDatabase {
  readonly origin: Origin;
  /** Calls `tenantry.billing_<id>` in a system scope of its own: one statement, one round trip. */
  call<R>(id: string, input: object): Promise<R>;
  /** The same inside a transaction. */
  callIn<R>(db: Queryable, id: string, input: object): Promise<R>;
  /** A transaction of the system role. */
  transaction<R>(reason: string, fn: (tx: Queryable) => Promise<R>): Promise<R>;
}

const actor = 'stripe-billing';

export function openBillingDatabase(
  tenancy: Tenancy,
  pool: TenantPool,
  origin: Origin,
): BillingDatabase {
  async function callIn<R>(db: Queryable, id: string, input: object): Promise<R> {
    const json = toJsonb({ ...origin, ...input });
    const target = ddl`tenantry.${name(`billing_${id}`)}`;
    const [row] = await runStatement<{ result: R }>(
      db,
      statement`select ${target}(${json}::jsonb) as result`,
    );
    return (row as { result: R }).result;
  }
  return {
    origin,
    callIn,
    call: <R>(id: string, input: object) =>
      tenancy.asSystem({ reason: `billing: ${id}`, actor, write: true }, () =>
        callIn<R>(pool, id, input),
      ),
    transaction: <R>(reason: string, fn: (tx: Queryable) => Promise<R>) =>
      tenancy.asSystem({ reason, actor, write: true }, () => pool.transaction(fn)),
  };
}
