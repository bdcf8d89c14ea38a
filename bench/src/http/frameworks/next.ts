import { createServer, type RequestListener } from 'node:http';
import type { Framework } from '../framework.ts';
import { nextApp } from '../next/build.ts';
import { handOver } from '../next/handover.ts';

/** What is used of Next; its own types would change those of Node for the whole program. */
interface Application {
  prepare(): Promise<void>;
  getRequestHandler(): RequestListener;
}

/** The production server of what `buildNext` has made. */
export const nextFramework: Framework = async (pool, way) => {
  Object.assign(process.env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
  handOver(pool, way);
  const name: string = 'next';
  const { default: next } = await import(name);
  const options = { dev: false, dir: nextApp, hostname: '127.0.0.1', port: 0 };
  const app: Application = next(options);
  await app.prepare();
  return createServer(app.getRequestHandler());
};
