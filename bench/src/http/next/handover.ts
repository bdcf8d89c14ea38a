import type { TenantPool } from '@tenantry/core';
import type { Way } from '../ways.ts';

/** What the process of a server gives to the application that Next.js has built, which copies modules. */
const slot = Symbol.for('@tenantry/bench/next');

type Given = [pool: TenantPool, way: Way];
const host = globalThis as { [slot]?: Given };

export function handOver(...given: Given): void {
  host[slot] = given;
}

export function handedOver(): Given {
  if (host[slot] === undefined) throw new Error('the server has handed over no pool');
  return host[slot];
}
