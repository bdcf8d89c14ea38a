import { asNumber, asText, asTextOrNull, type Form, mergeMetadata } from '../form.ts';
import { invalid } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakeState } from '../state.ts';
import { customerOf } from './customers.ts';
import { all, keep, kept, remove } from './kept.ts';

/**
 * Objects that billing does not read but `stripe trigger` creates: create, read, update and delete, each
 * with its event.
 */
function simple(
  path: string,
  object: string,
  prefix: string,
  fields: (params: Form, state: FakeState) => Record<string, unknown>,
): Routes {
  return {
    [`POST /v1/${path}`]: ({ state, params }) => {
      const made = keep(state, prefix, object, {
        ...fields(params, state),
        metadata: mergeMetadata({}, params.metadata),
      });
      state.emit(`${object}.created`, made);
      return made;
    },
    [`GET /v1/${path}`]: ({ state, params, url }) => page(all(state, object), params, url),
    [`GET /v1/${path}/:id`]: ({ state, id }) => kept(state, id, object),
    [`POST /v1/${path}/:id`]: ({ state, id, params }) => {
      const found = kept(state, id, object);
      found.metadata = mergeMetadata(found.metadata as Record<string, string>, params.metadata);
      state.emit(`${object}.updated`, found);
      return found;
    },
    [`DELETE /v1/${path}/:id`]: ({ state, id }) => remove(state, id, object),
  };
}

export const simpleRoutes: Routes = {
  ...simple('coupons', 'coupon', 'coupon', (params) => ({
    percent_off: asNumber(params.percent_off) ?? null,
    amount_off: asNumber(params.amount_off) ?? null,
    duration: asText(params.duration) ?? 'once',
    valid: true,
  })),
  ...simple('promotion_codes', 'promotion_code', 'promo', (params) => ({
    coupon: asTextOrNull(params.coupon),
    active: true,
  })),
  ...simple('plans', 'plan', 'plan', (params) => ({
    amount: asNumber(params.amount) ?? null,
    currency: asText(params.currency) ?? 'usd',
    interval: asText(params.interval) ?? 'month',
    product: asTextOrNull(params.product),
    active: true,
  })),
  ...simple('billing_portal/configurations', 'billing_portal.configuration', 'bpc', () => ({
    active: true,
    is_default: false,
  })),
  'POST /v1/customers/:id/sources': ({ state, id, params }) => {
    const customer = customerOf(state, id).id;
    if (asText(params.source) === undefined) throw invalid('Missing required param: source.');
    const source = keep(state, 'card', 'card', { customer });
    state.emit('customer.source.created', source);
    return source;
  },
  'POST /v1/customers/:id/sources/:sub': ({ state, sub, params }) => {
    const source = kept(state, sub, 'card');
    source.metadata = mergeMetadata({}, params.metadata);
    state.emit('customer.source.updated', source);
    return source;
  },
};
