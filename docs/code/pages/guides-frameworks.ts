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
