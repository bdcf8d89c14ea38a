export declare const lastTuesday: Date;
export declare const periodStart: Date;
export declare const organizationId: string;
export declare const version: number;
export declare const options: import('@tenantry/core/hono').TenantMiddlewareOptions;
