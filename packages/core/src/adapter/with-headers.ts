import type { GuardHeaders } from './guard.ts';

/**
 * Adds headers, such as those of guards, to a Fetch response. The headers of a redirect and of a fetched
 * response cannot be changed, so the answer is a copy.
 *
 * @example
 * ```ts
 * return withHeaders(await handler(request), await check(fetchRequest(request)));
 * ```
 */
export function withHeaders(response: Response, headers: GuardHeaders): Response {
  const entries = Object.entries(headers);
  // an upgrade and a network error have no head of their own
  if (entries.length === 0 || response.status < 200) return response;
  const all = new Headers(response.headers);
  for (const [name, value] of entries) all.set(name, value);
  const { status, statusText, body } = response;
  return new Response(body, { status, statusText, headers: all });
}
