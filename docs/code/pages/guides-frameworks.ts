export { stream } from 'hono/streaming';
export declare function exportTo(body: unknown): Promise<void>;
export declare const options: import('@tenantry/core/hono').TenantMiddlewareOptions;
export declare function isReadOnly(db: unknown): Promise<boolean>;
