import { type ProxyStats, startProxy } from '@tenantry/testing/proxy';
import { afterAll } from 'vitest';
import type { TenantPool, TenantPoolOptions } from '../../src/index.ts';
import type { CoreDatabase } from './database.ts';

export interface CountedPool {
  readonly pool: TenantPool;
  /** What `fn` sends, counted between the pool and the server. */
  during(fn: () => Promise<unknown>): Promise<ProxyStats>;
  /** Cuts every connection, as a network does. */
  cut(): Promise<number>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A tenant pool whose round trips are counted; call it at the top of a file. */
export async function countedPool(
  database: CoreDatabase,
  options: TenantPoolOptions = {},
): Promise<CountedPool> {
  const { hostname, port } = new URL(database.url);
  const proxy = await startProxy({ target: { host: hostname, port: Number(port) } });
  afterAll(() => proxy.close());
  const pool = database.pool({
    connectionString: proxy.url(database.web),
    system: { connectionString: proxy.url(database.worker) },
    ...options,
  });
  return {
    pool,
    async during(fn) {
      await proxy.reset();
      await fn();
      return proxy.stats();
    },
    cut: () => proxy.breakConnections(),
    pause: () => proxy.pause(),
    resume: () => proxy.resume(),
  };
}
