import type { NextRequest } from 'next/server.js';
import { fetchRequest } from '../adapter/index.ts';
import { TenantryError } from '../errors/index.ts';
import type { TenantRequest } from '../resolvers/request.ts';
import { hostOf } from './own-request.ts';

/** What `user`, `ip` and `requestId` receive: the part of a request that handlers, actions and pages share. */
export interface NextSource {
  /** `POST` in an action, `GET` in a page. */
  readonly method: string;
  readonly headers: Pick<Headers, 'get' | 'has'>;
}

/** A request with what the resolvers read. */
export interface NextClaim extends NextSource {
  readonly read: TenantRequest;
}

type Params = Readonly<Record<string, unknown>>;

/** Next takes the path of `[...rest]` apart; no resolver reads a list. */
const textOf = (params: Params | undefined) => (name: string) => {
  const value = params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Of a route handler, with the parameters of its folder. */
export async function ofRoute(request: NextRequest, context: unknown): Promise<NextClaim> {
  const { params } = (context ?? {}) as { params?: Promise<Params> };
  const { method, headers } = request;
  if (await isStatic(headers)) throw refuseStatic('a route handler');
  return { method, headers, read: fetchRequest(request, textOf(await params)) };
}

/** Of a page, a layout or metadata, whose first argument has the parameters of the folder. */
export async function ofPage(given: readonly unknown[]): Promise<NextClaim> {
  const { params } = (given[0] ?? {}) as { params?: Promise<Params> };
  return ofHeaders('GET', textOf(isThenable(params) ? await params : undefined));
}

/**
 * Of an action. Its id can be posted to any page of the application, so the path says nothing; a
 * parameter is a field of the form, or a property of the first argument that is a plain object.
 */
export async function ofAction(given: readonly unknown[]): Promise<NextClaim> {
  const form = given.find((each): each is FormData => each instanceof FormData);
  if (form !== undefined) {
    const fields = (name: string) => {
      const [value, ...others] = form.getAll(name);
      return typeof value === 'string' && others.length === 0 ? value : undefined;
    };
    return ofHeaders('POST', fields);
  }
  return ofHeaders('POST', textOf(given.find(isPlain)));
}

async function ofHeaders(
  method: string,
  param: (name: string) => string | undefined,
): Promise<NextClaim> {
  const { headers: read } = await import('next/headers.js');
  const headers = await read();
  if (isEmpty(headers)) throw refuseStatic('a page');
  return {
    method,
    headers,
    read: {
      method,
      path: undefined,
      host: hostOf(headers),
      header: (name) => headers.get(name) ?? undefined,
      param,
    },
  };
}

/** Next empties the headers of what it renders once for everybody; a request always has some. */
const isEmpty = (headers: Iterable<unknown>) => headers[Symbol.iterator]().next().done === true;

/** Whether a handler runs without a request; a test that makes its own `Request` is none of Next's. */
async function isStatic(headers: Headers): Promise<boolean> {
  if (!isEmpty(headers)) return false;
  try {
    const { headers: read } = await import('next/headers.js');
    return isEmpty(await read());
  } catch {
    return false; // outside of Next
  }
}

const refuseStatic = (what: string) =>
  new TenantryError('CONFIG_INVALID', {
    found: `${what} that Next renders without a request, for every visitor: dynamic = 'force-static'`,
    fix: "Remove `export const dynamic = 'force-static'` where a tenant is needed.",
  });

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

const isPlain = (value: unknown): value is Params =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));
