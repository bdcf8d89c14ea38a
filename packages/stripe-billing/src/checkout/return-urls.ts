import { TenantryError } from '@tenantry/core';

/**
 * Checks where customers are sent afterwards: an http or https address, of one of the origins where
 * there is a list of them. An application often takes it from a request, and Stripe redirects to
 * whatever it is given.
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
    // a parser of URLs takes blanks and control characters away; what is sent on is the text
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
