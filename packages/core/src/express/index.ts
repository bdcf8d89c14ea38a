/**
 * The adapter for Express 5. It imports nothing of Express, neither its code nor its types.
 *
 * @module
 */
export { sendProblem, tenantryErrorOf } from '../adapter/index.ts';
export {
  guard,
  type TenantMiddlewareOptions,
  tenantErrors,
  tenantMiddleware,
  webhook,
} from './middleware.ts';
export type {
  ErrorMiddleware,
  ExpressRequest,
  ExpressResponse,
  Middleware,
  Next,
} from './types.ts';
