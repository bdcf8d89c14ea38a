import type { Form } from '../form.ts';
import { missing } from '../http/errors.ts';
import type { FakeObject } from '../objects.ts';
import type { FakeState } from '../state.ts';

/** What every object begins with. */
export const head = <O extends string>(
  state: FakeState,
  id: string,
  object: O,
  customer?: string,
) => ({ id, object, livemode: state.options.livemode, created: state.now(customer) });

/** Keeps an object of which nothing else depends. */
export function keep<F extends Record<string, unknown>>(
  state: FakeState,
  prefix: string,
  object: string,
  fields: F,
): FakeObject & F {
  const begin = head(state, state.id(prefix), object, fields.customer as string | undefined);
  const kept = { ...begin, ...fields };
  state.others.set(kept.id, kept);
  return kept;
}

/** An object by its id. @throws FakeStripeError 404 */
export function found<T>(
  objects: { get(id: string): T | undefined },
  object: string,
  id: string,
  param?: string,
): T {
  const one = objects.get(id);
  if (one === undefined) throw missing(object, id, param);
  return one;
}

/** An object that is kept. @throws FakeStripeError 404 */
export function kept(state: FakeState, id: string, object: string): FakeObject {
  const one = state.others.get(id);
  if (one?.object !== object) throw missing(object, id);
  return one;
}

/** Deletes an object that is kept, and says so. @returns what Stripe answers */
export function remove(state: FakeState, id: string, object: string) {
  const gone = kept(state, id, object);
  state.others.delete(id);
  state.emit(`${object}.deleted`, gone);
  return { id, object, deleted: true };
}

/** The objects of a kind, oldest first. */
export const all = (state: FakeState, object: string) =>
  [...state.others.values()].filter((each) => each.object === object);

/** Those whose fields are as the parameters of the same name say. */
export const matching = <T extends object>(
  objects: Iterable<T>,
  params: Form,
  fields: readonly (keyof T & string)[],
): T[] =>
  [...objects].filter((each) =>
    fields.every((field) => params[field] === undefined || each[field] === params[field]),
  );
