import { checkOptions } from '../errors/index.ts';
import { claim, claimKind, malformed, type SyncResolver } from './claim.ts';
import { below, type HostOptions, hostName } from './host.ts';
import { checkedRoots, registrableDomain } from './roots.ts';

/** What {@link subdomain} takes. */
export interface SubdomainOptions extends HostOptions {
  /**
   * The hosts below which each tenant has a label: `acme.app` for `globex.acme.app`. Set it in
   * production. Default: the registrable domain of the requested host.
   */
  readonly root?: string | readonly string[];
  /** Labels that are not tenants. Default: `['www', 'app']`. */
  readonly ignore?: readonly string[];
  /** The claim kind. Default: 'slug'. */
  readonly by?: string;
  /**
   * Confirms that you own a root that is in the private section of the public suffix list.
   * Default: false.
   */
  readonly ownsSuffix?: boolean;
}

/**
 * Reads the tenant from the first label of the host: `globex` of `globex.acme.app:3000`.
 *
 * Other hosts, the root itself and ignored labels name no tenant. More than one label is malformed, and
 * so are labels in punycode, which can look like other slugs.
 *
 * @example
 * ```ts
 * subdomain({ root: 'acme.app', ignore: ['www', 'app'] });
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TENANT_CLAIM_MALFORMED`
 */
export function subdomain(options: SubdomainOptions = {}): SyncResolver {
  checkOptions('subdomain', options, {
    root: 'any',
    ignore: 'array?',
    by: 'any',
    ownsSuffix: 'any',
    trustProxy: 'any',
  });
  const by = claimKind(options.by ?? 'slug');
  const roots =
    options.root === undefined
      ? undefined
      : checkedRoots('root', options.root, options.ownsSuffix === true);
  const ignored = new Set(options.ignore ?? ['www', 'app']);
  const { trustProxy = false } = options;

  return Object.freeze<SyncResolver>((request, tenancy) => {
    const host = hostName(request, { trustProxy });
    if (host === undefined) return undefined;
    const root = roots
      ? roots.find((candidate) => below(host, candidate) !== undefined)
      : registrableDomain(host);
    const label = root === undefined ? '' : (below(host, root) ?? '');
    if (label === '' || ignored.has(label)) return undefined;
    if (label.includes('.')) throw malformed('host has more than one label before the root.');
    if (label.startsWith('xn--')) throw malformed('host has a label in punycode.');
    return claim(by, label, 'the first label of host', tenancy);
  });
}
