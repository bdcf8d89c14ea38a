import { pages } from '../stripe/pages.ts';
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
  const products = await openCatalogCopies(database);
  for await (const page of pages(parts, (from) => stripe.products.list(from, request))) {
    await products.write(async (each, token) => {
      for (const product of page) await each.call('put_product', productInput(product, token));
    });
    done += page.length;
    onProgress(done);
  }
  const prices = await openCatalogCopies(database);
  for await (const page of pages(parts, (from) => stripe.prices.list(from, request))) {
    await prices.write(async (each, token) => {
      for (const price of page) await each.call('put_price', priceInput(price, token));
    });
    done += page.length;
    onProgress(done);
  }
  return {
    end() {
      products.end();
      prices.end();
    },
  };
}
