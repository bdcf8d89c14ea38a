import { TenantryError } from '@tenantry/core';

/**
 * Checks the return addresses: http or https, and of an allowed origin when there is a list. Applications
 * often take the address from a request, and Stripe redirects to any address.
 *
 * @throws TenantryError `BILLING_RETURN_URL_INVALID`
 */
export function checkReturnUrls(
  urls: readonly unknown[],
  origins: readonly string[] | undefined,
): void {
  for (const url of urls) {
    if (url === undefined) continue;
    const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
    // the URL parser removes blanks and control characters, but the text itself is sent
    const isClean = typeof url === 'string' && /^https?:\/\/[^\s\p{Cc}\\]+$/iu.test(url);
    if (parsed === undefined || !isClean || parsed.username !== '' || parsed.password !== '') {
      throw refused('one that is no http or https address.');
    }
    if (origins !== undefined && !origins.some((origin) => fits(parsed, origin))) {
      throw refused('an address of another origin.');
    }
  }
}

/** `https://acme.app`, or `https://*.acme.app` for every host below it, at any port. */
function fits({ protocol, hostname, origin }: URL, allowed: string): boolean {
  const [, scheme, below] = /^(https?:)\/\/\*\.(.+)$/.exec(allowed) ?? [];
  if (below === undefined) return origin === allowed;
  return protocol === scheme && hostname.endsWith(`.${below}`);
}

const refused = (found: string) => new TenantryError('BILLING_RETURN_URL_INVALID', { found });
