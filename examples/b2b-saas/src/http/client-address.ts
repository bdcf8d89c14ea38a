import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/**
 * The address of the client. Anybody can send `X-Forwarded-For`, so only what our own proxies have
 * appended counts: with one proxy the last address, with two the one before it.
 *
 * @param trustedProxies how many proxies stand in front of the server, each appending an address
 */
export function clientAddress(c: Context, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return connectionAddress(c);
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').map((each) => each.trim());
  return forwarded.at(-trustedProxies) || undefined;
}

function connectionAddress(c: Context): string | undefined {
  try {
    return getConnInfo(c).remote.address;
  } catch {
    return undefined; // a request that came by no connection, as in app.request()
  }
}
