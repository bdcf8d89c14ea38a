import type { MiddlewareHandler } from 'hono';

export declare function cors(): MiddlewareHandler;
export declare function session(): MiddlewareHandler;
