import { after } from '../after.ts';
import { checkOptions, checkType, TenantryError } from '../errors/index.ts';
import { checkedClaim, type Resolver, type TenantClaim } from './claim.ts';

/** Options of {@link chain}. */
export interface ChainOptions {
  /**
   * Ask every resolver, and refuse a request in which two of them name different tenants. With false the
   * first claim wins, and the resolvers after it are not asked.
   *
   * A request that names two tenants is a mistake of the proxy or cache that looked at the host, or of
   * the client that wrote the header. The membership check keeps strangers out either way, but a user of
   * both tenants would write into the wrong one. Default: true.
   */
  readonly agree?: boolean;
}

/**
 * Asks several resolvers, in order.
 *
 * Claims of two kinds (a slug and an id) cannot be compared without the database, so a request with both
 * is refused too, except when `agree` is false. Let both resolvers use the same kind when clients send
 * both.
 *
 * @example
 * ```ts
 * chain([jwtClaim(token), header('x-organization')], { agree: false }); // the token decides
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TENANT_CLAIM_CONFLICT`, and what the
 *   resolvers throw
 */
export function chain(resolvers: readonly Resolver[], options: ChainOptions = {}): Resolver {
  checkType(resolvers, 'array', 'resolvers of chain');
  checkOptions('chain', options, { agree: 'boolean?' });
  const { agree = true } = options;
  const list = Object.freeze([...resolvers]);
  if (list.length === 0 || list.some((resolver) => typeof resolver !== 'function')) {
    throw new TenantryError('CONFIG_INVALID', {
      found: list.length === 0 ? 'no resolver.' : 'a resolver that is not a function.',
      fix: "Give at least one, such as subdomain({ root: 'acme.app' }).",
    });
  }

  return Object.freeze<Resolver>((request, tenancy) => {
    const ask = (at: number, first?: TenantClaim): ReturnType<Resolver> => {
      const resolver = list[at];
      if (resolver === undefined) return first;
      return after(resolver(request, tenancy), (given) => {
        if (given === undefined) return ask(at + 1, first);
        const next = checkedClaim(given, tenancy);
        if (!agree) return next;
        if (first === undefined) return ask(at + 1, next);
        if (first.by !== next.by) throw conflict(`one by ${first.by} and one by ${next.by}.`);
        if (first.value !== next.value) throw conflict(`two tenants by ${first.by}.`);
        return ask(at + 1, first);
      });
    };
    return ask(0);
  });
}

const conflict = (found: string) => new TenantryError('TENANT_CLAIM_CONFLICT', { found });
