import { createHash } from 'node:crypto';
import { check, checkType } from '../errors/index.ts';
import { leaveScope } from '../scope/bind.ts';
import { checkTenancy } from '../tenancy/check-tenancy.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { createTenantPool } from './create-pool.ts';
import type { TenantPoolOptions } from './options.ts';
import type { TenantPool } from './tenant-pool.ts';

/** What {@link sharedTenantPool} takes. */
export interface SharedTenantPoolOptions extends TenantPoolOptions {
  /** Tells the pools of a process apart, when one tenancy needs several. Default: 'main'. */
  readonly name?: string;
}

interface Shared {
  readonly pool: TenantPool;
  /** Option → hash of its value. */
  readonly options: ReadonlyMap<string, string>;
}

/** One per process: a bundler copies this package, and with it every other variable. */
const key = Symbol.for('@tenantry/core/pools@1');
const host = globalThis as { [key]?: Map<string, Shared> };
host[key] ??= new Map();
const pools = host[key];

/**
 * Opens a tenant pool once per process, for frameworks that load a module several times: Next.js bundles
 * `db.ts` up to four times into one process, and a development server loads it again after each edit. With
 * `createTenantPool` each copy has connections of its own.
 *
 * Every call with the same name and the same options returns the same pool. After an edit that changes the
 * options, development gets a new pool, and the old one is closed when it has had no work for ten seconds.
 * In production two sets of options under one name are a mistake and refused. Options that are functions
 * or instances of classes are not compared.
 *
 * @param options those of `createTenantPool`, and `name`
 * @throws TenantryError `CONFIG_INVALID`, also in production for other options under the same name
 * @example
 * ```ts
 * export const pool = sharedTenantPool(tenancy, { connectionString: process.env.DATABASE_URL });
 * export const db = drizzle(pool, { schema });
 * ```
 */
export function sharedTenantPool<T extends Tenancy>(
  tenancy: T,
  options: SharedTenantPoolOptions = {},
): TenantPool<T> {
  checkTenancy(tenancy, 'sharedTenantPool');
  checkType(options, 'object', 'options of sharedTenantPool');
  const { name = 'main', ...given } = options;
  checkType(name, 'string', 'option name of sharedTenantPool');
  const slot = `${tenancy.setting} ${name}`;
  const hashed = hashes(tenancy, given);
  const known = pools.get(slot);
  if (known !== undefined && !known.pool.ending) {
    const changed = differences(known.options, hashed);
    if (changed.length === 0) return known.pool as TenantPool<T>;
    check(
      process.env.NODE_ENV !== 'production',
      `two pools named ${name} with different options: ${changed.join(', ')}`,
      "Give one of them another name: sharedTenantPool(tenancy, { name: 'reports', … }).",
    );
  }
  const pool = createTenantPool(tenancy, given);
  pools.set(slot, { pool: pool as unknown as TenantPool, options: hashed });
  if (known !== undefined && !known.pool.ending) retire(known.pool);
  return pool;
}

/** Whether a pool is the one that every copy of its module gets. */
export const isShared = (pool: unknown): boolean =>
  [...pools.values()].some((shared) => shared.pool === pool);

/**
 * Ends a pool that nobody gets any more, when it has had no work for `quiet` looks in a row. Code that was
 * loaded before the edit may still hold it.
 * @param everyMs milliseconds between two looks. Default: 1000.
 */
export function retire(pool: TenantPool, everyMs = 1000, quiet = 10): void {
  leaveScope(() => {
    let seen = 0;
    const timer = setInterval(() => {
      const works = pool.totalCount > pool.idleCount || pool.waitingCount > 0;
      seen = works ? 0 : seen + 1;
      if (seen < quiet && !pool.ending) return;
      clearInterval(timer);
      if (!pool.ending) pool.end().catch(() => {});
    }, everyMs);
    timer.unref();
  });
}

function hashes(tenancy: Tenancy, options: TenantPoolOptions): Map<string, string> {
  const { tenant, id, column, schema, roles, context } = tenancy;
  const all = { ...options, tenancy: { tenant, id, column, schema, roles, context } };
  return new Map(
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      // hashed, because the options hold passwords
      .map(([name, value]) => [name, createHash('sha256').update(textOf(value)).digest('hex')]),
  );
}

const differences = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
  [...new Set([...one.keys(), ...other.keys()])].filter(
    (name) => one.get(name) !== other.get(name),
  );

/** Plain data by its value; functions and instances, which each copy of a module makes anew, by their type. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return 'an instance';
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${textOf(each)}`).join()}}`;
  }
  return typeof value === 'function'
    ? 'a function'
    : `${typeof value} ${JSON.stringify(String(value))}`;
}
