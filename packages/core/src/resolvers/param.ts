import { checkOptions, checkType } from '../errors/index.ts';
import { claim, claimKind, type SyncResolver } from './claim.ts';

/**
 * Reads the tenant from a parameter that the framework's router took from the path, so the resolver and
 * the handler always see the same tenant. Mount the middleware on the route that has the parameter.
 *
 * @param name the name of the parameter, without the colon
 * @param options.by the claim kind. Default: 'slug'.
 * @example
 * ```ts
 * app.use('/orgs/:slug/*', tenantMiddleware(pool, { resolve: param('slug'), user }));
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TENANT_CLAIM_MALFORMED`
 */
export function param(name: string, options: { readonly by?: string } = {}): SyncResolver {
  checkType(name, 'string', 'name of param');
  checkOptions('param', options, { by: 'any' });
  const by = claimKind(options.by ?? 'slug');
  const where = `path parameter ${name}`;

  return Object.freeze<SyncResolver>((request, tenancy) => {
    const value = request.param?.(name);
    return value === undefined ? undefined : claim(by, value, where, tenancy);
  });
}
