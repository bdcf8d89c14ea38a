import { answerOf, type DatabaseAnswer, requireAll } from '@tenantry/core/scope';
import type { BillingDatabase } from '../connect/database.ts';

type Write = (each: BillingDatabase, fencingToken: number) => Promise<unknown>;

/** The copies of the catalog: each database in which tenants live has its own, for its tenants to read. */
export interface CatalogCopies {
  /** Writes to each; one that has failed is left out from then on. */
  write(write: Write): Promise<void>;
  /** @throws TenantryError `DATABASES_FAILED`, when a copy was left out */
  end(): void;
}

/** Opens the copies. Each takes its fencing token now, before Stripe is asked. */
export async function openCatalogCopies(database: BillingDatabase): Promise<CatalogCopies> {
  type Copy = { readonly each: BillingDatabase; readonly token: number };
  const copies: DatabaseAnswer<Copy>[] = [
    ...(await database.answers(async (each) => ({
      each,
      token: await each.call('fencing_token', {}),
    }))),
  ];
  return {
    async write(write) {
      const writes = copies.map(async ({ place, value }, i) => {
        if (value === undefined) return;
        const done = await answerOf(place, () => write(value.each, value.token));
        if (done.error !== undefined) copies[i] = done;
      });
      await Promise.all(writes);
    },
    end() {
      requireAll(copies);
    },
  };
}
