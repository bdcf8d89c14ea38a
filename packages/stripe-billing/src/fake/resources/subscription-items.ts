import { change } from '../engine/life.ts';
import { asText } from '../form.ts';
import { invalid } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import { type FakeState, renderedItem } from '../state.ts';
import { found } from './kept.ts';
import { addItem, changeItem } from './subscription-input.ts';
import { subscriptionOf } from './subscriptions.ts';

const itemOf = (state: FakeState, id: string) => found(state.items, 'subscription item', id);

export const subscriptionItemRoutes: Routes = {
  'GET /v1/subscription_items': ({ state, params, url }) => {
    const subscription = asText(params.subscription) ?? '';
    const list = page(state.itemsOf(subscriptionOf(state, subscription).id), params, url);
    return { ...list, data: list.data.map((item) => renderedItem(state, item)) };
  },
  'GET /v1/subscription_items/:id': ({ state, id }) => renderedItem(state, itemOf(state, id)),
  'POST /v1/subscription_items': ({ state, params }) => {
    const subscription = subscriptionOf(state, asText(params.subscription) ?? '');
    const item = addItem(state, subscription, params);
    change(state, subscription, {}, true);
    return renderedItem(state, item);
  },
  'POST /v1/subscription_items/:id': ({ state, id, params }) => {
    const item = itemOf(state, id);
    changeItem(state, item, params);
    change(state, subscriptionOf(state, item.subscription), {}, true);
    return renderedItem(state, item);
  },
  'DELETE /v1/subscription_items/:id': ({ state, id }) => {
    const item = itemOf(state, id);
    if (state.itemsOf(item.subscription).length === 1) {
      throw invalid('A subscription must have at least one active plan.');
    }
    state.items.delete(id);
    change(state, subscriptionOf(state, item.subscription), {}, true);
    return { id, object: 'subscription_item', deleted: true };
  },
};
