import type { Form } from '../form.ts';
import type { FakeState } from '../state.ts';
import { FakeStripeError } from './errors.ts';
import { checkParameters } from './parameters.ts';

/** The context of a route. */
export interface Call {
  readonly state: FakeState;
  readonly url: string;
  /** The named parts of the path. */
  readonly id: string;
  readonly sub: string;
  /** Parameters of the query or of the body. */
  readonly params: Form;
}

/** `POST /v1/subscriptions/:id` → its handler. */
export type Routes = Readonly<Record<string, (call: Call) => unknown>>;

interface Compiled {
  readonly route: string;
  readonly method: string;
  readonly pattern: RegExp;
  run(call: Call): unknown;
}

/** Finds the route of a request; an unknown one is answered like at Stripe. */
export function createRouter(routes: Routes) {
  const compiled: Compiled[] = Object.entries(routes).map(([route, run]) => {
    const [method = '', path = ''] = route.split(' ');
    const pattern = path.replace(':id', '(?<id>[^/]+)').replace(':sub', '(?<sub>[^/]+)');
    return { route, method, pattern: new RegExp(`^${pattern}$`), run };
  });
  return (state: FakeState, method: string, url: string, params: Form): unknown => {
    for (const route of compiled) {
      if (route.method !== method) continue;
      const match = route.pattern.exec(url);
      if (match === null) continue;
      checkParameters(route.route, params);
      const { id = '', sub = '' } = match.groups ?? {};
      return route.run({ state, url, params, id: decodeURIComponent(id), sub });
    }
    throw new FakeStripeError(404, `Unrecognized request URL (${method}: ${url}).`);
  };
}
