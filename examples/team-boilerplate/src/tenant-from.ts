import { customDomain, header, path, type Resolver, subdomain } from '@tenantry/core/resolvers';
import type { Tokens } from './sign-in/token.ts';

/** The ways in which a request can name its organization. */
export const ways = ['subdomain', 'domain', 'token', 'header', 'path'] as const;
export type Way = (typeof ways)[number];

/**
 * Decision 2: where the organization of a request comes from. This line is the one place that says so;
 * `TENANT_FROM=header,token` overrides it. Two ways that name different organizations in one request are
 * refused.
 */
export const defaultWays: readonly Way[] = ['subdomain', 'domain'];

/** Reads a list such as `subdomain,domain`. */
export function parseWays(text: string | undefined): readonly Way[] {
  if (text === undefined) return defaultWays;
  const named = text.split(',').map((name) => name.trim());
  const unknown = named.find((name) => !(ways as readonly string[]).includes(name));
  if (unknown === undefined) return named as Way[];
  throw new Error(`TENANT_FROM names ${unknown}. Use some of: ${ways.join(', ')}.`);
}

/** The header of the way `header`. */
export const organizationHeader = 'x-organization';

/** The resolvers of some ways, and the paths below which the application then answers. */
export function tenantFrom(
  chosen: readonly Way[],
  { rootDomain, tokens }: { readonly rootDomain: string; readonly tokens: Tokens },
) {
  const resolvers: Readonly<Record<Way, Resolver>> = {
    subdomain: subdomain({ root: rootDomain }),
    domain: customDomain({ except: rootDomain }),
    token: tokens.organization,
    header: header(organizationHeader, { by: 'slug' }),
    path: path('/orgs/:slug/*'),
  };
  return {
    resolve: chosen.map((way) => resolvers[way]),
    bases: chosen.includes('path') ? ['', '/orgs/:slug'] : [''],
  };
}

/** An organization, as far as its addresses go. */
interface Named {
  readonly slug: string;
  readonly domain: string | null;
}

/** Where the pages of an organization are; undefined where a browser cannot name one. */
export function addressOf(
  chosen: readonly Way[],
  { origin, organization }: { readonly origin: string; readonly organization: Named },
): string | undefined {
  const { protocol, host, port } = new URL(origin);
  const { slug, domain } = organization;
  if (chosen.includes('domain') && domain !== null) {
    return `${protocol}//${domain}${port === '' ? '' : `:${port}`}/`;
  }
  if (chosen.includes('subdomain')) return `${protocol}//${slug}.${host}/`;
  return chosen.includes('path') ? `${origin}/orgs/${slug}/` : undefined;
}
