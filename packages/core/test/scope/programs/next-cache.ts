// unstable_cache of Next over Next's own cache in memory, without its server.
import { AsyncLocalStorage } from 'node:async_hooks';
import { defineTenancy } from '../../../src/index.ts';

Object.assign(globalThis, { AsyncLocalStorage }); // Next's server does so first of all
const { default: cached } = await import('next/cache.js');
const incremental = await import('next/dist/server/lib/incremental-cache/index.js');
const files = await import('next/dist/server/lib/incremental-cache/file-system-cache.js');

const nowhere = async () => {
  throw Object.assign(new Error('no file'), { code: 'ENOENT' });
};
const cache = new incremental.IncrementalCache({
  dev: false,
  minimalMode: false,
  flushToDisk: false,
  requestHeaders: {},
  CurCacheHandler: (files.default as { default?: unknown }).default ?? files.default,
  fs: { readFile: nowhere, stat: nowhere, existsSync: () => false },
  serverDistDir: '/nowhere',
  previewProps: { previewModeId: '', previewModeSigningKey: '', previewModeEncryptionKey: '' },
  maxMemoryCacheSize: 1_000_000,
} as never);
Object.assign(globalThis, { __incrementalCache: cache });

const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });
const rows = async () => `rows of ${tenancy.current().organizationId}`;
const bare = cached.unstable_cache(rows, ['projects']);
const keyed = () => cached.unstable_cache(rows, ['projects', tenancy.current().organizationId])();

const seen = async (fn: () => Promise<string>) => [
  await tenancy.run('acme', fn),
  await tenancy.run('globex', fn),
];
process.send?.({ bare: await seen(bare), keyed: await seen(keyed) });
