import '@fastify/websocket';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify';

export { Readable } from 'node:stream';
export { default as jwt } from '@fastify/jwt';
export type { PoolEntry } from '@tenantry/core';
export { guard, tenantPlugin } from '@tenantry/core/fastify';
export { default as fastify } from 'fastify';
export declare const app: FastifyInstance;
export declare const api: FastifyInstance;
export declare const secret: string;
export declare const createProject: RouteHandlerMethod;
export declare const createReport: RouteHandlerMethod;
export declare const options: import('@tenantry/core/fastify').TenantPluginOptions;
export declare const pages: readonly number[];
export declare function exportPage(page: number): Promise<string>;
export declare function answer(text: unknown): Promise<unknown>;
export declare function userOf(request: FastifyRequest): string;
