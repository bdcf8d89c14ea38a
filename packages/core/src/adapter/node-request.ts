import type { HeaderValue, TenantRequest } from '../resolvers/request.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The part of a request of node:http, node:http2, Express or Koa that is read. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The url before a router took its mount path off, as Express and Koa keep it. */
  readonly originalUrl?: string | undefined;
  readonly headers: Headers;
  /** Names and values of all headers in turn, as they were sent; requests of some test clients have none. */
  readonly rawHeaders?: readonly string[] | undefined;
  readonly destroyed?: boolean | undefined;
  /** Whether the whole request has arrived. */
  readonly complete?: boolean | undefined;
}

/**
 * Reads a request of node:http, as Express, Fastify (`request.raw`), Koa (`ctx.req`) and NestJS have it.
 * Repeated headers stay apart, so the resolvers can refuse them; the path is the whole one, also in a
 * mounted router. An address that names another host than `Host` counts as a second host.
 *
 * @param param returns a parameter of the router, when there is one. Default: none.
 * @example
 * ```ts
 * const gate = createTenantGate(pool, (incoming: IncomingMessage) => nodeRequest(incoming), options);
 * ```
 */
export function nodeRequest(
  incoming: NodeRequest,
  param?: (name: string) => string | undefined,
): TenantRequest {
  return param === undefined ? new ReadRequest(incoming) : new ReadRouted(incoming, param);
}

/** Reads nothing before it is asked. A class: an object with getters is slow to make. */
class ReadRequest implements TenantRequest {
  readonly #incoming: NodeRequest;

  constructor(incoming: NodeRequest) {
    this.#incoming = incoming;
  }

  get method(): string {
    return this.#incoming.method ?? 'GET';
  }

  get path(): string {
    const url = urlOf(this.#incoming);
    const end = url.search(/[?#]/);
    const whole = end < 0 ? url : url.slice(0, end);
    return withoutOrigin(whole);
  }

  get host(): HeaderValue {
    const url = urlOf(this.#incoming);
    return hostOf(this.#incoming, url.startsWith('/') ? undefined : absolute.exec(url)?.[1]);
  }

  header(name: string): HeaderValue {
    return valuesOf(this.#incoming, name.toLowerCase());
  }

  get isCutOff(): boolean {
    return this.#incoming.destroyed === true && this.#incoming.complete === false;
  }
}

class ReadRouted extends ReadRequest {
  readonly param: (name: string) => string | undefined;

  constructor(incoming: NodeRequest, param: (name: string) => string | undefined) {
    super(incoming);
    this.param = param;
  }
}

const urlOf = ({ originalUrl, url }: NodeRequest) => originalUrl ?? url ?? '/';

/** The absolute form of RFC 9112, which proxies send. */
const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** A request target without the origin that the absolute form has. */
export function withoutOrigin(url: string): string {
  if (url.startsWith('/')) return url;
  const origin = absolute.exec(url)?.[0] ?? '';
  const rest = url.slice(origin.length);
  return origin !== '' && !rest.startsWith('/') ? `/${rest}` : rest;
}

function hostOf(incoming: NodeRequest, named: string | undefined): HeaderValue {
  const others = [named, incoming.headers[':authority']];
  const host = valuesOf(incoming, 'host');
  if (others.every((other) => other === undefined)) return host;
  const all = [host ?? [], ...others].flat().filter((each) => each !== undefined);
  const distinct = new Map(all.map((each) => [String(each).toLowerCase(), String(each)]));
  return distinct.size === 1 ? all[0] : [...distinct.values()];
}

/** `rawHeaders` has what Node drops or joins, and costs less than `headersDistinct`, which sorts them all. */
function valuesOf({ rawHeaders, headers }: NodeRequest, name: string): HeaderValue {
  const joined = headers[name];
  if (joined === undefined || rawHeaders === undefined) return joined;
  let found: HeaderValue;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const sent = rawHeaders[i] as string;
    if (sent.length === name.length && sent.toLowerCase() === name) {
      const value = rawHeaders[i + 1] as string;
      found = found === undefined ? value : [found, value].flat();
    }
  }
  // a joined list has a comma, which the resolvers refuse
  return found ?? joined;
}
