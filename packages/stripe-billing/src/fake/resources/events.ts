import { thinEvent } from '../events/payload.ts';
import { asList } from '../form.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import { found } from './kept.ts';

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
  'GET /v1/events/:id': ({ state, id }) => found(state.events, 'event', id),
  'GET /v2/core/events/:id': ({ state, id }) => thinEvent(found(state.events, 'event', id)),
};
