import type { BillingDatabase } from '../connect/database.ts';
import { type Page, pages } from '../stripe/pages.ts';
import { priceInput, productInput } from '../sync/catalog.ts';
import { type CatalogCopies, openCatalogCopies } from '../sync/catalog-copies.ts';
import type { SyncParts } from '../sync/parts.ts';

/**
 * Fetches all products and prices, for every database.
 * @returns what tells, at the end, whether a database was left out
 */
export async function refreshCatalog(
  parts: SyncParts,
  onProgress: (done: number) => void,
): Promise<Pick<CatalogCopies, 'end'>> {
  const { stripe, request, database } = parts;
  let done = 0;
  const copy = async <T extends { id: string }>(
    list: Page<T>,
    put: (each: BillingDatabase, item: T, token: number) => Promise<unknown>,
  ): Promise<CatalogCopies> => {
    const copies = await openCatalogCopies(database);
    for await (const page of pages(parts, list)) {
      await copies.write(async (each, token) => {
        for (const item of page) await put(each, item, token);
      });
      done += page.length;
      onProgress(done);
    }
    return copies;
  };
  const products = await copy(
    (from) => stripe.products.list(from, request),
    (each, product, token) => each.call('put_product', productInput(product, token)),
  );
  const prices = await copy(
    (from) => stripe.prices.list(from, request),
    (each, price, token) => each.call('put_price', priceInput(price, token)),
  );
  return {
    end() {
      products.end();
      prices.end();
    },
  };
}
