import { asBoolean, asForm, asList, asNumber, asText, type Form, mergeMetadata } from '../form.ts';
import { invalid } from '../http/errors.ts';
import type { FakeItem, FakePrice, FakeSubscription } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { priceOf } from './catalog.ts';
import { head } from './kept.ts';

/** Adds an item to a subscription. Each price can be on one item only, as at Stripe. */
export function addItem(state: FakeState, subscription: FakeSubscription, input: Form): FakeItem {
  const id = asText(input.price) ?? asText(input.plan);
  if (id === undefined) throw invalid('Missing required param: price.', 'items[0][price]');
  const price = priceOf(state, id);
  if (state.itemsOf(subscription.id).some((item) => item.price.id === id)) {
    throw invalid(`Cannot add multiple subscription items with the same plan: ${id}`);
  }
  const now = state.now(subscription.customer);
  const [sibling] = state.itemsOf(subscription.id);
  const item: FakeItem = {
    ...head(state, state.id('si'), 'subscription_item', subscription.customer),
    subscription: subscription.id,
    price,
    ...quantityOf(price, input),
    current_period_start: sibling?.current_period_start ?? now,
    current_period_end: sibling?.current_period_end ?? now,
    metadata: mergeMetadata({}, input.metadata),
  };
  state.items.set(item.id, item);
  return item;
}

/** Changes, adds and removes items according to `items[]` of an update. @returns whether any changed. */
export function changeItems(
  state: FakeState,
  subscription: FakeSubscription,
  inputs: readonly unknown[],
): boolean {
  for (const each of inputs) {
    const input = asForm(each as Form);
    const id = asText(input.id);
    if (id === undefined) {
      addItem(state, subscription, input);
      continue;
    }
    const item = state.items.get(id);
    if (item === undefined || item.subscription !== subscription.id) {
      throw invalid(`No such subscription item: '${id}'`, 'items[0][id]');
    }
    if (asBoolean(input.deleted)) {
      if (state.itemsOf(subscription.id).length === 1) {
        throw invalid('A subscription must have at least one active plan.');
      }
      state.items.delete(id);
    } else changeItem(state, item, input);
  }
  return inputs.length > 0;
}

export function changeItem(state: FakeState, item: FakeItem, input: Form): void {
  const price = asText(input.price);
  const next = price === undefined ? item.price : priceOf(state, price);
  const { quantity = item.quantity ?? 1 } = quantityOf(next, input, item.quantity);
  item.price = next;
  if (isMetered(next)) delete item.quantity;
  else item.quantity = quantity;
  item.metadata = mergeMetadata(item.metadata, input.metadata);
}

const isMetered = (price: FakePrice) => price.recurring?.usage_type === 'metered';

/** The quantity of an item; a metered price takes none, and no other takes a fraction. */
function quantityOf(price: FakePrice, input: Form, before = 1): { quantity?: number } {
  if (price.type !== 'recurring') {
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      'items[0][price]',
    );
  }
  if (isMetered(price)) {
    if (input.quantity === undefined) return {};
    throw invalid(
      `You cannot set the quantity for metered plans: ${price.id}`,
      'items[0][quantity]',
    );
  }
  if (input.quantity === undefined) return { quantity: before };
  const quantity = asNumber(input.quantity);
  if (quantity !== undefined && Number.isInteger(quantity) && quantity >= 0) return { quantity };
  throw invalid(`Invalid integer: ${String(input.quantity)}`, 'items[0][quantity]');
}

/** The items that a request names, in one list. */
export const itemInputs = (params: Form): readonly unknown[] => asList(params.items);
