import { type ChildProcess, fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { TenantryError } from '../errors.ts';
import { packageFile, requireFromHere, runsFromSource } from '../package-files.ts';
import { throughPort } from '../through-port.ts';
import type { ProxyCall, ProxyMethod, ProxyReply } from './child.ts';
import type { PostgresProxy, ProxyOptions, ProxyStats } from './types.ts';

/**
 * `startProxy` in a separate process, so that it does not disturb a benchmark's event loop. The process
 * ends with `close`, or with this process.
 *
 * @param options The target and the latency to add.
 * @throws TenantryError `TEST_PROXY_FAILED` when the process does not start or ends too early.
 * @example
 * ```ts
 * const proxy = await startProxyProcess({ target, latencyMs: 1 });
 * // … measure through proxy.url(url) …
 * await proxy.close();
 * ```
 */
export async function startProxyProcess(options: ProxyOptions): Promise<PostgresProxy> {
  const child = forkProgram();
  const call = callsTo(child);
  const port = await call('start', options).then(Number, (error: unknown) => {
    if (child.connected) child.disconnect();
    throw error;
  });
  return {
    port,
    url: (targetUrl) => throughPort(targetUrl, port),
    stats: async () => (await call('stats')) as ProxyStats,
    reset: async () => void (await call('reset')),
    setLatency: async (latencyMs) => void (await call('setLatency', latencyMs)),
    pause: async () => void (await call('pause')),
    resume: async () => void (await call('resume')),
    breakConnections: async () => (await call('breakConnections')) as number,
    async close() {
      if (!child.connected) return;
      child.ref(); // otherwise this process may exit while it waits for the other one
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      await call('close').catch(() => {});
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function forkProgram(): ChildProcess {
  const { NODE_OPTIONS: _, ...env } = process.env;
  if (!runsFromSource) {
    return fork(packageFile('dist', 'proxy', 'child.js'), { execArgv: [], env });
  }
  const tsx = pathToFileURL(requireFromHere.resolve('tsx')).href;
  return fork(packageFile('src', 'proxy', 'child.ts'), {
    execArgv: ['--conditions=@tenantry/source', '--import', tsx],
    env,
  });
}

type Call = (method: ProxyMethod | 'start', argument?: ProxyOptions | number) => Promise<unknown>;

function callsTo(child: ChildProcess): Call {
  const waiting = new Map<number, (reply: Omit<ProxyReply, 'id'>) => void>();
  let lastId = 0;
  child.unref();
  child.on('message', ({ id, ...reply }: ProxyReply) => {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  const fail = (error: string) => {
    for (const settle of waiting.values()) settle({ error });
    waiting.clear();
  };
  child.on('exit', (code, signal) => fail(`its process ended (${signal ?? `exit ${code}`}).`));
  child.on('error', (error) => fail(error.message));
  return (method, argument) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      const message: ProxyCall = {
        id: lastId,
        method,
        ...(argument === undefined ? {} : { argument }),
      };
      // Only a pending call keeps this process alive.
      child.channel?.ref();
      waiting.set(lastId, ({ result, error }) => {
        if (waiting.size <= 1) child.channel?.unref();
        if (error === undefined) resolve(result);
        else reject(new TenantryError('TEST_PROXY_FAILED', { found: error }));
      });
      child.send(message, (error) => {
        if (error !== null) fail(error.message);
      });
    });
}
