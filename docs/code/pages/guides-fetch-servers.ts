// Structural descriptions of what three frameworks hand over; their packages need Node 22.

export { withTenant } from '../../../examples/frameworks/src/fetch.ts';
export declare function userOf(request: Request): string | null;

/** `Handle` of @sveltejs/kit. */
export type Handle = (input: {
  readonly event: { readonly request: Request; readonly url: URL };
  resolve(event: unknown): Response | Promise<Response>;
}) => Response | Promise<Response>;

/** `MiddlewareFunction` of react-router, for routes that run on the server. */
export type MiddlewareFunction = (
  args: { readonly request: Request; readonly params: Record<string, string | undefined> },
  next: () => Promise<Response>,
) => Promise<Response>;

interface Result {
  readonly request: Request;
  readonly response: Response;
}
/** `createMiddleware` of @tanstack/react-start, for requests. */
export declare function createMiddleware(): {
  server(
    handle: (args: {
      readonly request: Request;
      next(): Promise<Result>;
    }) => Promise<Result | Response>,
  ): unknown;
};
