import type { Framework } from '../framework.ts';
import { expressFramework } from './express.ts';
import { fastifyFramework } from './fastify.ts';
import { honoFramework } from './hono.ts';
import { nextFramework } from './next.ts';

/** Every framework with an adapter; a new one joins here. */
export const frameworks: Readonly<Record<string, Framework>> = {
  hono: honoFramework,
  express: expressFramework,
  fastify: fastifyFramework,
  next: nextFramework,
};
