import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from './scope.ts';

/**
 * The context store, one per process. It is kept on globalThis because an ESM and a CommonJS copy of this
 * package (or two versions) would otherwise have separate stores, and a scope opened in one would be
 * invisible in the other.
 */
const key = Symbol.for('@tenantry/core/context@1');

type Host = typeof globalThis & { [key]?: AsyncLocalStorage<Scope> };

const host: Host = globalThis;
host[key] ??= new AsyncLocalStorage<Scope>();

export const store: AsyncLocalStorage<Scope> = host[key];
