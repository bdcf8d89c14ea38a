import type { MiddlewareHandler } from 'hono';
import type { AnyRbac } from './define-rbac.ts';

/**
 * Makes a middleware that requires a permission of the signed-in user. Mount it after `tenantMiddleware`,
 * which answers its errors.
 *
 * @example
 * ```ts
 * export const requires = createRequires(rbac);
 * app.post('/projects', requires('projects:create'), handler);
 * ```
 * The middleware throws `PERMISSION_DENIED` (403) and `NOT_AUTHENTICATED` (401).
 */
export function createRequires<P extends string>(
  rbac: Pick<AnyRbac<P>, 'authorize'>,
): (permission: P) => MiddlewareHandler {
  return (permission) => async (_, next) => {
    await rbac.authorize(permission);
    await next();
  };
}
