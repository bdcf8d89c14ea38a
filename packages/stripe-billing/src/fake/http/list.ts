import { asForm, asNumber, asText, type Form } from '../form.ts';
import type { FakeObject } from '../objects.ts';
import { invalid } from './errors.ts';

/** A page of a list, newest first, as Stripe gives it. */
export interface ListPage<T> {
  readonly object: 'list';
  readonly url: string;
  readonly has_more: boolean;
  readonly data: readonly T[];
}

/** Returns a page of objects that are in creation order. */
export function page<T extends FakeObject>(
  oldestFirst: readonly T[],
  query: Form,
  url: string,
): ListPage<T> {
  const limit = asNumber(query.limit) ?? 10;
  if (limit < 1 || limit > 100) throw invalid('limit must be between 1 and 100', 'limit');
  const all = oldestFirst.filter((each) => within(each.created, asForm(query.created))).reverse();
  const after = asText(query.starting_after);
  const before = asText(query.ending_before);
  if (before !== undefined) {
    const newer = all.slice(0, indexOf(all, before, 'ending_before'));
    return {
      object: 'list',
      url,
      has_more: newer.length > limit,
      data: newer.slice(-limit),
    };
  }
  const rest = after === undefined ? all : all.slice(indexOf(all, after, 'starting_after') + 1);
  return { object: 'list', url, has_more: rest.length > limit, data: rest.slice(0, limit) };
}

function indexOf(all: readonly FakeObject[], id: string, param: string): number {
  const at = all.findIndex((each) => each.id === id);
  if (at < 0) throw invalid(`No such object: '${id}'`, param);
  return at;
}

function within(created: number, range: Form): boolean {
  const { gt, gte, lt, lte } = range;
  return (
    (gt === undefined || created > Number(gt)) &&
    (gte === undefined || created >= Number(gte)) &&
    (lt === undefined || created < Number(lt)) &&
    (lte === undefined || created <= Number(lte))
  );
}
