import { check } from '../errors/index.ts';

declare const made: unique symbol;

/** A key that `tenancy.key` made. Where you take a key, ask for this type, and none is made by hand. */
export type CacheKey = string & { readonly [made]: true };

/** A part of a key. Numbers and booleans count as their text: 42 and '42' are the same part. */
export type KeyPart = string | number | bigint | boolean;

/**
 * Makes a key: `setting:tenant:part:part`. Other tenants or other parts never give the same key, because
 * the separator is escaped in them.
 * @param tenant null for the system, `@system` in the key, which no tenant can be: `@` is escaped
 * @throws TenantryError `CONFIG_INVALID`
 */
export function cacheKey(setting: string, tenant: string | null, parts: readonly KeyPart[]) {
  const texts = parts.map((part, i) => escaped(textOf(part, i + 1)));
  return [setting, tenant === null ? '@system' : escaped(tenant), ...texts].join(':') as CacheKey;
}

function textOf(part: unknown, at: number): string {
  const type = typeof part;
  const holds = type === 'number' ? Number.isFinite(part) : types.has(type);
  check(holds, `part ${at} of key(), which is ${type === 'number' ? part : type}`, fix);
  return String(part);
}

const types = new Set(['string', 'bigint', 'boolean']);
const fix = 'Give texts, finite numbers or booleans.';

/** A lone surrogate, which has no UTF-8, becomes `%ud800`; the rest is as of encodeURIComponent. */
const escaped = (text: string) =>
  text.replace(/[^\w.-]/gu, (char) =>
    /\p{Cs}/u.test(char) ? `%u${char.charCodeAt(0).toString(16)}` : encodeURIComponent(char),
  );
