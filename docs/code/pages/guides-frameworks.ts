import type { IncomingMessage } from 'node:http';
import type { ConformanceWorld } from '@tenantry/testing/conformance';
import type { MiddlewareHandler } from 'hono';

export { createServer, type IncomingMessage } from 'node:http';
export { header as byHeader } from '@tenantry/core/resolvers';
export { stream } from 'hono/streaming';
export { afterAll, describe, it } from 'vitest';
export declare function cors(): MiddlewareHandler;
export declare function session(): MiddlewareHandler;
export declare function exportTo(body: unknown): Promise<void>;
export declare function handle(incoming: IncomingMessage): Promise<unknown>;
export declare const resolve: [import('@tenantry/core/resolvers').Resolver];
export declare const user: (incoming: IncomingMessage) => string | null;
export declare const world: ConformanceWorld;
export declare const url: string;
export declare function close(): Promise<void>;
export declare const options: import('@tenantry/core/hono').TenantMiddlewareOptions;
export declare function isReadOnly(db: unknown): Promise<boolean>;
export declare const incoming: IncomingMessage;
export declare function read(
  incoming: IncomingMessage,
): import('@tenantry/core/adapter').TenantRequest;
export declare const response: import('node:http').ServerResponse;
