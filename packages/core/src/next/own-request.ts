/** Addresses that a server listens on, and no tenant has. */
const loopback = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::\d+)?$/;

/**
 * The Host that the client sent. Next asks itself for the page that an action redirects to, and passes an
 * action on to a page that has it, under the address that it listens on: the Host of the client, which may
 * name the tenant, is then in X-Forwarded-Host (vercel/next.js #62903, #96344).
 *
 * Only a request to that address can say so. Whoever can send it could as well send another Host.
 */
export function hostOf(headers: Pick<Headers, 'get' | 'has'>): string | undefined {
  const host = headers.get('host') ?? undefined;
  const isOwn = headers.has('x-action-redirect') || headers.has('x-action-forwarded');
  if (!isOwn || host === undefined || !isListening(host)) return host;
  return headers.get('x-forwarded-host') ?? host;
}

/** `next start` and `next dev` tell their own address to the code that they run. */
const isListening = (host: string): boolean =>
  loopback.test(host) || process.env.__NEXT_PRIVATE_ORIGIN?.endsWith(`//${host}`) === true;
