/**
 * The part of a request that the resolvers read, independent of the framework. An adapter converts the
 * framework's request to it; this must be cheap, so use getters and functions, not copies.
 */
export interface TenantRequest {
  /** `GET`, `POST`, …. */
  readonly method: string;
  /**
   * The path as it was sent: percent-encoding intact, without the query. Undefined where the
   * framework hides it, as Next.js does in server components and actions.
   */
  readonly path: string | undefined;
  /**
   * The `Host` header (`:authority` in HTTP/2) as it was sent. Return all of them when the framework can
   * tell that there were several: Node keeps only the first in `req.headers`, all in
   * `req.rawHeaders`.
   */
  readonly host: HeaderValue;
  /** The header of this name in any letter case, as it was sent; an array when it was repeated. */
  header(name: string): HeaderValue;
  /** A parameter that the framework's router took from the path, decoded once. */
  param?(name: string): string | undefined;
  /**
   * Whether the client has left before its body was complete; undefined where the framework hides it. On
   * Node 22 and later whoever begins to read such a body may wait for ever, as multer and
   * `@fastify/multipart` do, so a gate and guards let no such request on.
   */
  readonly isCutOff?: boolean | undefined;
}

/** A header of a request: absent, once, or repeated. */
export type HeaderValue = string | readonly string[] | undefined;
