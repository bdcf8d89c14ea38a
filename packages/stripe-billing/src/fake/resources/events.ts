import { thinEvent } from '../events/payload.ts';
import { asList, asText } from '../form.ts';
import { missing } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';

export const eventRoutes: Routes = {
  'GET /v1/events': ({ state, params, url }) => {
    const types = [...asList(params.types), ...asList(params.type)].map(String);
    const fits = (type: string) =>
      types.length === 0 ||
      types.some(
        (each) => each === type || (each.endsWith('*') && type.startsWith(each.slice(0, -1))),
      );
    return page(
      [...state.events.values()].filter(({ type }) => fits(type)),
      params,
      url,
    );
  },
  'GET /v1/events/:id': ({ state, id }) => {
    const event = state.events.get(asText(id) ?? '');
    if (event === undefined) throw missing('event', id);
    return event;
  },
  'GET /v2/core/events/:id': ({ state, id }) => {
    const event = state.events.get(id);
    if (event === undefined) throw missing('event', id);
    return thinEvent(event);
  },
};
