import { missing } from '../http/errors.ts';
import type { FakeObject } from '../objects.ts';
import type { FakeState } from '../state.ts';

/** Stores an object without dependants. */
export function keep(
  state: FakeState,
  prefix: string,
  object: string,
  fields: Record<string, unknown>,
): FakeObject {
  const kept: FakeObject = {
    id: state.id(prefix),
    object,
    livemode: state.options.livemode,
    created: state.now(fields.customer as string | undefined),
    ...fields,
  };
  state.others.set(kept.id, kept);
  return kept;
}

/** A stored object. @throws FakeStripeError 404 */
export function kept(state: FakeState, id: string, object: string): FakeObject {
  const found = state.others.get(id);
  if (found?.object !== object) throw missing(object, id);
  return found;
}

/** The objects of a kind, oldest first. */
export const all = (state: FakeState, object: string) =>
  [...state.others.values()].filter((each) => each.object === object);
