import {
  asBoolean,
  asForm,
  asList,
  asNumber,
  asText,
  asTextOrNull,
  type Form,
  mergeMetadata,
} from '../form.ts';
import { invalid } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakePrice, FakeProduct, FakeRecurring } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { found, head, matching } from './kept.ts';

export const priceOf = (state: FakeState, id: string): FakePrice =>
  found(state.prices, 'price', id, 'price');

const productOf = (state: FakeState, id: string) => found(state.products, 'product', id, 'product');

/** A lookup key names one price of an account. */
function refuseTakenKey(state: FakeState, key: string | null, transfer: boolean | undefined): void {
  const holder = [...state.prices.values()].find(
    (price) => key !== null && price.lookup_key === key,
  );
  if (holder === undefined) return;
  if (!transfer) throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`);
  holder.lookup_key = null;
}

function createProduct(state: FakeState, params: Form): FakeProduct {
  const id = asText(params.id) ?? state.id('prod');
  const product: FakeProduct = {
    ...head(state, id, 'product'),
    name: asText(params.name) ?? 'Product',
    description: asTextOrNull(params.description),
    active: asBoolean(params.active) ?? true,
    default_price: null,
    metadata: mergeMetadata({}, params.metadata),
  };
  state.products.set(id, product);
  state.emit('product.created', product);
  return product;
}

export const productRoutes: Routes = {
  'POST /v1/products': ({ state, params }) => createProduct(state, params),
  'GET /v1/products': ({ state, params, url }) => page([...state.products.values()], params, url),
  'GET /v1/products/:id': ({ state, id }) => productOf(state, id),
  'POST /v1/products/:id': ({ state, id, params }) => {
    const product = productOf(state, id);
    const previous: Record<string, unknown> = { name: product.name, active: product.active };
    product.name = asText(params.name) ?? product.name;
    product.active = asBoolean(params.active) ?? product.active;
    product.metadata = mergeMetadata(product.metadata, params.metadata);
    state.emit('product.updated', product, previous);
    return product;
  },
  'DELETE /v1/products/:id': ({ state, id }) => {
    const product = productOf(state, id);
    state.products.delete(id);
    state.emit('product.deleted', product);
    return { id, object: 'product', deleted: true };
  },
};

export const priceRoutes: Routes = {
  'POST /v1/prices': ({ state, params }) => {
    const recurring = asForm(params.recurring);
    const key = asTextOrNull(params.lookup_key);
    refuseTakenKey(state, key, asBoolean(params.transfer_lookup_key));
    const data = asForm(params.product_data);
    const product = asText(params.product) ?? createProduct(state, data).id;
    productOf(state, product);
    const price: FakePrice = {
      ...head(state, asText(params.id) ?? state.id('price'), 'price'),
      product,
      active: asBoolean(params.active) ?? true,
      currency: asText(params.currency) ?? 'usd',
      unit_amount: asNumber(params.unit_amount) ?? 0,
      lookup_key: key,
      nickname: asTextOrNull(params.nickname),
      type: params.recurring === undefined ? 'one_time' : 'recurring',
      recurring:
        params.recurring === undefined
          ? null
          : {
              interval: (asText(recurring.interval) ?? 'month') as FakeRecurring['interval'],
              interval_count: asNumber(recurring.interval_count) ?? 1,
              usage_type: (asText(recurring.usage_type) ??
                'licensed') as FakeRecurring['usage_type'],
            },
      metadata: mergeMetadata({}, params.metadata),
    };
    state.prices.set(price.id, price);
    state.emit('price.created', price);
    return price;
  },
  'GET /v1/prices': ({ state, params, url }) => {
    const keys = asList(params.lookup_keys);
    const active = asBoolean(params.active);
    return page(
      matching(state.prices.values(), params, ['product']).filter(
        (price) =>
          (keys.length === 0 || keys.includes(price.lookup_key ?? '')) &&
          (active === undefined || price.active === active),
      ),
      params,
      url,
    );
  },
  'GET /v1/prices/:id': ({ state, id }) => priceOf(state, id),
  'POST /v1/prices/:id': ({ state, id, params }) => {
    const price = priceOf(state, id);
    const previous: Record<string, unknown> = { active: price.active };
    if (params.lookup_key !== undefined) {
      refuseTakenKey(state, asTextOrNull(params.lookup_key), asBoolean(params.transfer_lookup_key));
      price.lookup_key = asTextOrNull(params.lookup_key);
    }
    price.active = asBoolean(params.active) ?? price.active;
    price.nickname = params.nickname === undefined ? price.nickname : asTextOrNull(params.nickname);
    price.metadata = mergeMetadata(price.metadata, params.metadata);
    state.emit('price.updated', price, previous);
    return price;
  },
};
