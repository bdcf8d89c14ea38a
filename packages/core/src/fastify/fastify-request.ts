import type { FastifyRequest } from 'fastify';
import { nodeRequest, type TenantRequest } from '../adapter/index.ts';

/** The part of Fastify's request that the resolvers and guards read. */
export type ReadRequest = Pick<FastifyRequest, 'raw' | 'params'>;

/** Reads a request of Fastify: the address and all headers as they were sent, parameters decoded once. */
export function readRequest({ raw, params }: ReadRequest): TenantRequest {
  return nodeRequest(raw, (name) => {
    const value = (params as Record<string, unknown> | undefined)?.[name];
    return typeof value === 'string' ? value : undefined;
  });
}
