import { checkOptions, TenantryError } from '../errors/index.ts';
import { claim, claimKind, type SyncResolver, single } from './claim.ts';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/**
 * Reads the tenant from a header that the client sends: `x-organization: 018f4d7e-…`.
 *
 * Responses then depend on that header, so a shared cache must key on it (`Vary`) or not cache at all.
 *
 * @param name the name of the header, in any letter case
 * @param options.by the claim kind. Default: 'id'.
 * @example
 * ```ts
 * header('x-organization', { by: 'slug' });
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TENANT_CLAIM_MALFORMED`
 */
export function header(name: string, options: { readonly by?: string } = {}): SyncResolver {
  if (typeof name !== 'string' || !token.test(name)) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'the name given to header() is not the name of a header.',
      fix: "Use a name such as 'x-organization'.",
    });
  }
  checkOptions('header', options, { by: 'any' });
  const by = claimKind(options.by ?? 'id');
  const lower = name.toLowerCase();
  const where = `header ${lower}`;

  return Object.freeze<SyncResolver>((request, tenancy) => {
    const value = single(request.header(lower), where);
    return value === undefined ? undefined : claim(by, value, where, tenancy);
  });
}
