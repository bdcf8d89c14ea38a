import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ask as askProcess } from '../lib/child.ts';
import type { BenchDatabase } from '../lib/database.ts';
import type { RemoteContender } from '../lib/pairs.ts';
import { type Operation, runWindow } from '../lib/window.ts';
import { logins } from '../scoped/schema.ts';
import { openClient } from './client.ts';
import { readSample, userId } from './prepare.ts';
import type { Question } from './server-process.ts';
import { tenantHeader, userHeader, type Way } from './ways.ts';

// beside the bundle that `pnpm bench` runs, and without its loader of TypeScript
const program = fileURLToPath(new URL('./http-server.js', import.meta.url));

/** A server in a process of its own, and the requests that it is asked. */
export interface Server extends RemoteContender {
  readonly operation: Operation;
  close(): Promise<void>;
}

/** Starts a framework whose handler comes to its scope in one way, on a pool of `max` connections. */
export async function startServer(
  database: BenchDatabase,
  framework: string,
  way: Way,
  options: { readonly max: number; readonly network: 'direct' | 'proxy' },
): Promise<Server> {
  const { max, network } = options;
  const child = fork(program, {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'], // stdout of --json is the JSON alone
  });
  const ask = (question: Question) => askProcess<Question>(child, question) as Promise<number>;
  const url = database.url(logins.web, network);
  const port = await ask({ ask: 'listen', framework, way, url, max });
  const client = await openClient(port, max);
  const operation: Operation = (i) => {
    const { tenant, id } = readSample(i);
    return client.get(`/projects/${id}`, { [tenantHeader]: tenant, [userHeader]: userId });
  };
  return {
    name: way,
    operation,
    async run(window) {
      const latencies: number[] = [];
      const before = await ask({ ask: 'cpu' });
      const ms = await runWindow(operation, window, latencies);
      const nodeUs = (await ask({ ask: 'cpu' })) - before;
      return { ms, nodeUs, latencies: Float64Array.from(latencies) };
    },
    async close() {
      client.close();
      await ask({ ask: 'close' });
      child.disconnect();
    },
  };
}
