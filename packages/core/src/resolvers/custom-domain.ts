import { checkOptions } from '../errors/index.ts';
import { claim, claimKind, type SyncResolver } from './claim.ts';
import { below, type HostOptions, hostName } from './host.ts';
import { checkedRoots, registrableDomain } from './roots.ts';

/** What {@link customDomain} takes. */
export interface CustomDomainOptions extends HostOptions {
  /** Your own hosts: they and all hosts below them are not domains of tenants. */
  readonly except: string | readonly string[];
  /** The claim kind. Default: 'domain'. */
  readonly by?: string;
}

/**
 * Reads the tenant from a host of its own: `projects.globex.com`. The whole host is the claim, in lower
 * case and in punycode. Store it that way, and only after the tenant has proven ownership of the domain.
 *
 * IP addresses, single names such as `localhost`, and public suffixes name no tenant.
 *
 * @example
 * ```ts
 * resolve: [subdomain({ root: 'acme.app' }), customDomain({ except: 'acme.app' })];
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TENANT_CLAIM_MALFORMED`
 */
export function customDomain(options: CustomDomainOptions): SyncResolver {
  checkOptions('customDomain', options, { except: 'any', by: 'any', trustProxy: 'any' });
  const by = claimKind(options.by ?? 'domain');
  const own = checkedRoots('except', options.except, true);
  const { trustProxy = false } = options;

  return Object.freeze<SyncResolver>((request, tenancy) => {
    const host = hostName(request, { trustProxy });
    if (host === undefined || own.some((root) => below(host, root) !== undefined)) return undefined;
    if (registrableDomain(host) === undefined) return undefined;
    return { ...claim('domain', host, 'host', tenancy), by };
  });
}
