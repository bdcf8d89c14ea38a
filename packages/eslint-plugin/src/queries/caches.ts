import {
  argumentsOf,
  type Call,
  type FunctionNode,
  isFunction,
  memberName,
  type Node,
  unwrap,
} from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';
import type { Types } from '../syntax/types.ts';
import { functionAround } from '../syntax/walk.ts';

/** An entry of a cache that a call reads, writes or drops. */
export interface CacheEntry {
  /** What its key is made of: the entry is a tenant's when one of them carries the tenant. */
  readonly parts: readonly Node[];
  /** The call in messages: `redis.get`. */
  readonly by: string;
  /** The function whose result is kept, of `unstable_cache` and `cache`. */
  readonly kept?: FunctionNode;
}

/** Usual words in the names of caches. */
export const usualCaches: readonly string[] = ['cache', 'keyv', 'memcache', 'redis'];

const cacheModules = new Set([
  '@redis/client',
  '@upstash/redis',
  '@vercel/kv',
  'cache-manager',
  'ioredis',
  'keyv',
  'lru-cache',
  'memcached',
  'memjs',
  'node-cache',
  'quick-lru',
  'redis',
]);

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Methods whose first argument is a key, in lower case: `setEx` and `SETEX` are one. */
const keyed = words(
  `append decr decrby decrbyfloat delete expire expireat expiretime fetch get getdel getex getorset
   getorfetch getrange getset has hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset
   hset hsetnx hvals incr incrby incrbyfloat lindex llen lpop lpush lrange lrem lset ltrim memo peek
   persist pexpire psetex pttl remember rpop rpush sadd scard set setex setnx setrange sismember smembers
   srem strlen take ttl wrap zadd zcard zcount zincrby zrange zrangebyscore zrank zrem zscore`,
);
/** Methods all of whose arguments are keys, also in lists. */
const keys = words('del deletemany exists getmany mdel mget touch unlink');
const lists = new Set(['Map', 'Set', 'WeakMap', 'WeakSet']);

/**
 * Finds the entries of caches that a call reads, writes or drops.
 * @param called words in the names of caches
 * @param react whether `cache` of React counts, which keeps a result within one request
 */
export function cacheEntries(
  names: Names,
  types: Types | undefined,
  called: readonly string[],
  react: boolean,
): (call: Call) => readonly CacheEntry[] {
  const named = (node: Node): boolean => {
    const name = names.originalName(node)?.toLowerCase() ?? '';
    return called.some((word) => name.includes(word.toLowerCase()));
  };

  const isCache = (node: Node): boolean => {
    if (cacheModules.has(types?.packageOf(node) ?? '')) return true;
    const value = unwrap(node);
    if (value.type === 'CallExpression') {
      // redis.multi().set(…), getCache().get(…)
      const callee = unwrap(value.callee);
      return callee.type === 'MemberExpression' ? isCache(callee.object) : named(callee);
    }
    const constant = value.type === 'Identifier' ? names.constant(value) : undefined;
    const made = constant === undefined ? undefined : maker(constant);
    if (made?.type === 'NewExpression' || made?.type === 'CallExpression') {
      if (cacheModules.has(names.importPath(made.callee)?.source ?? '')) return true;
      // lives as long as its function, or is keyed by objects
      const { callee } = made;
      if (callee.type === 'Identifier' && lists.has(callee.name)) {
        if (callee.name.startsWith('Weak') || functionAround(made) !== undefined) return false;
      }
    }
    return named(value);
  };

  const resultCache = (call: Call): CacheEntry[] => {
    const path = names.importPath(call.callee);
    const by = path?.names.at(-1) ?? '';
    const isNext = path?.source === 'next/cache' && by === 'unstable_cache';
    if (!isNext && !(react && path?.source === 'react' && by === 'cache')) return [];
    const [first, second] = argumentsOf(call as Parameters<typeof argumentsOf>[0]);
    const kept = first === undefined ? undefined : functionOf(first);
    if (kept === undefined) return [];
    // what the function is called with is part of the key
    return [{ parts: [...(isNext && second ? [second] : []), ...kept.params], by, kept }];
  };

  const functionOf = (node: Node): FunctionNode | undefined => {
    const value = unwrap(node);
    if (isFunction(value)) return value;
    const constant = value.type === 'Identifier' ? names.constant(value) : undefined;
    const made = constant === undefined ? undefined : unwrap(constant);
    return isFunction(made) ? made : undefined;
  };

  return (call) => {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression') return resultCache(call);
    const name = memberName(callee) ?? '';
    const method = name.toLowerCase();
    if (!(keyed.has(method) || keys.has(method)) || !isCache(callee.object)) {
      return resultCache(call);
    }
    const by = `${names.originalName(callee.object) ?? '…'}.${name}`;
    const [first, ...others] = argumentsOf(call as Parameters<typeof argumentsOf>[0]);
    if (first === undefined) return [];
    const given = keys.has(method) ? [first, ...others].flatMap(elementsOf) : [first];
    return given.map((part) => ({ parts: [part], by }));
  };
}

/** What a value is made by: `createClient` in `await createClient().on('error', log).connect()`. */
function maker(node: Node): Node {
  const made = unwrap(node);
  if (made.type === 'AwaitExpression') return maker(made.argument);
  if (made.type !== 'CallExpression') return made;
  const callee = unwrap(made.callee);
  const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
  const goesOn = object?.type === 'CallExpression' || object?.type === 'NewExpression';
  return goesOn ? maker(object) : made;
}

const elementsOf = (node: Node): Node[] => {
  const value = unwrap(node);
  if (value.type !== 'ArrayExpression') return [node];
  return value.elements.filter((each) => each !== null && each.type !== 'SpreadElement') as Node[];
};
