/**
 * API keys of a tenant, as a resolver beside header, token and subdomain.
 *
 * @module
 */
import '../errors.ts';
import type { IdKind, Tenancy, TenantPool } from '@tenantry/core';
import { TenantryError } from '@tenantry/core';
import type { SignedIn, TenantRequest } from '@tenantry/core/adapter';
import { check, checkOptions, wholeNumber } from '@tenantry/core/errors';
import type { HeaderValue, Resolver } from '@tenantry/core/resolvers';
import { runningScope } from '@tenantry/core/scope';
import { checkedMethods, checkTenancy, type Queryable, storableText } from '@tenantry/core/sql';
import { tenantOf } from '../api/tenant.ts';
import { endOf, patternsOf } from '../api/values.ts';
import { call } from '../calls.ts';
import type { ApiKey, ApiKeyPage, ApiKeyQuery, MadeApiKey } from './api-key.ts';
import { keyPage } from './pages.ts';
import { hashOf, newSecret, type ReadApiKey, readKey, textOfKey } from './token.ts';

export type { ApiKey, ApiKeyPage, ApiKeyQuery, MadeApiKey } from './api-key.ts';

/** What {@link apiKeys} takes. */
export interface ApiKeysOptions {
  /**
   * What every key begins with, so that people and scanners know it: 2 to 32 lower-case letters, digits
   * and inner `_`, beginning with a letter, such as `acme` or `acme_live`.
   */
  readonly prefix: string;
}

/** The API keys of an application. */
export interface ApiKeys<P extends string> {
  /**
   * Makes a key in the name of the acting member, who has each of its permissions and the permission
   * `write` of the table. The secret is in the answer alone; a hash of it is kept.
   *
   * Sends `select tenantry.rbac_make_api_key(…)`.
   * @param key.expiresAt when it ends. Default: never.
   * @throws TenantryError `PERMISSION_DENIED`, `GRANT_ABOVE_OWN`, `PERMISSION_UNKNOWN`, `VALUE_INVALID`
   * @example
   * ```ts
   * const { key } = await keys.create(db, { name: 'CI', permissions: ['projects:read'] });
   * ```
   */
  create(
    db: Queryable,
    key: {
      readonly name: string;
      readonly permissions: readonly P[];
      readonly expiresAt?: Date;
    },
  ): Promise<MadeApiKey>;
  /**
   * Gives a key another secret. The one before holds on for a while, so that clients change over; one
   * that was rotated away earlier ends.
   *
   * Sends `select tenantry.rbac_rotate_api_key(…)`.
   * @param key.overlapSeconds how long the secret before is valid, 0 to 2,592,000. Default: 86400.
   * @throws TenantryError `API_KEY_UNKNOWN`, `PERMISSION_DENIED`, `GRANT_ABOVE_OWN`, `VALUE_INVALID`
   */
  rotate(
    db: Queryable,
    key: { readonly id: string; readonly overlapSeconds?: number },
  ): Promise<MadeApiKey>;
  /**
   * Ends a key at once, in every process. Whoever made it may, and who has the permission `write`.
   *
   * Sends `select tenantry.rbac_revoke_api_key(…)`.
   * @throws TenantryError `API_KEY_UNKNOWN`, `PERMISSION_DENIED`
   */
  revoke(db: Queryable, key: { readonly id: string }): Promise<void>;
  /**
   * A page of the keys that the acting user may read, and in a system scope of those of all tenants: live
   * ones first, then those that are revoked or expired, the newest of each first. Never a secret. With
   * placements the page of a system scope has the keys of every database in which tenants live.
   *
   * Sends `select tenantry.rbac_api_keys(…)`, to each of them.
   * @throws TenantryError `VALUE_INVALID` for a limit out of range and a malformed cursor; `DATABASES_FAILED`, or
   *   the code of all failures, where a database gives no answer
   */
  list(db: Queryable, query?: ApiKeyQuery): Promise<ApiKeyPage>;
  /**
   * Names the tenant of the key in `Authorization: Bearer <key>`; undefined for another token. It asks
   * no database: `user` checks the key.
   * @throws TenantryError `API_KEY_INVALID` for a key with a typing error
   */
  readonly resolver: Resolver;
  /**
   * Who acts: the key in the header `Authorization` of the request. Give it to the option `user` of an
   * adapter, before what reads your session: a key that is not valid never falls back to the session. The
   * check of the key travels in the round trip of the entry, also with `verify: 'with-first-statement'`.
   *
   * Sends `select tenantry.rbac_check_api_key(<SHA-256 of the secret>)` after the entry, in its transaction.
   * @throws TenantryError `API_KEY_INVALID` (401), the same for a key that is unknown, revoked or expired
   * @example
   * ```ts
   * tenantMiddleware(pool, {
   *   resolve: [keys.resolver, header('x-organization')],
   *   user: [keys.user(pool), (c) => c.get('session')?.userId],
   * });
   * ```
   */
  user(pool: TenantPool): (request: unknown, from: TenantRequest) => SignedIn;
}

const prefixForm = /^[a-z][a-z0-9_]{0,30}[a-z0-9]$/;

/**
 * API keys of the tenants, with the permissions of an `rbac` that has a table of
 * `rbac.tables.apiKeys`.
 *
 * @throws TenantryError `CONFIG_INVALID` for a prefix of another form
 * @example
 * ```ts
 * export const keys = apiKeys(rbac, { prefix: 'acme' });
 * ```
 */
export function apiKeys<T extends string, K extends IdKind, P extends string>(
  rbac: { readonly tenancy: Tenancy<T, K>; readonly permissions: readonly P[] },
  options: ApiKeysOptions,
): ApiKeys<P> {
  checkTenancy(rbac?.tenancy, 'apiKeys');
  checkOptions('apiKeys', options, { prefix: 'string' });
  const { prefix } = options;
  check(prefixForm.test(prefix), 'option prefix', "Use a short name, such as 'acme'.");
  const tenancy = rbac.tenancy as unknown as Tenancy;

  const read = (authorization: HeaderValue): ReadApiKey | undefined => {
    const given = [authorization ?? []].flat();
    const tokens = given.map((each) => /^bearer +(.*?)\s*$/i.exec(each)?.[1] ?? '');
    if (!tokens.some((token) => token.startsWith(`${prefix}_`))) return undefined;
    const key = given.length === 1 ? readKey(prefix, tokens[0] ?? '', tenancy) : undefined;
    if (key === undefined) throw invalid();
    return key;
  };
  /** A new secret, what the database gets of it, and the key once its id is known. */
  const newKey = () => {
    const secret = newSecret(prefix, tenantOf(tenancy, undefined));
    const hint = secret.slice(prefix.length + 1, prefix.length + 5);
    const withKey = (made: ApiKey): MadeApiKey =>
      Object.freeze({ ...made, key: textOfKey(secret, made.id) });
    return { hash: hashOf(secret), hint, withKey };
  };
  /** Proves in the entry of a key, whose id anybody can write, that the secret is its own. */
  const prove = async (pool: TenantPool, { hash, id }: ReadApiKey) => {
    const checked = call(pool, 'rbac_check_api_key', hash).catch((error: unknown) => {
      // a key that ended is no member any more
      throw TenantryError.is(error, 'TENANT_NOT_FOUND') ? invalid() : error;
    });
    if ((await checked) !== id) throw invalid();
  };

  const methods: ApiKeys<P> = {
    async create(db, { name, permissions, expiresAt }) {
      const { hash, hint, withKey } = newKey();
      const called = storableText(name, { name: 'name', most: 200, code: 'VALUE_INVALID' });
      const wanted = [...new Set(patternsOf(permissions))];
      const made = await call(
        db,
        'rbac_make_api_key',
        called,
        wanted,
        endOf(expiresAt),
        hash,
        hint,
      );
      return withKey(made);
    },
    async rotate(db, { id, overlapSeconds = 86_400 }) {
      const { hash, hint, withKey } = newKey();
      const range = {
        name: 'overlapSeconds',
        least: 0,
        greatest: 2_592_000,
        code: 'VALUE_INVALID' as const,
      };
      const overlap = wholeNumber(overlapSeconds, range);
      return withKey(await call(db, 'rbac_rotate_api_key', idOf(id), hash, hint, overlap));
    },
    async revoke(db, { id }) {
      await call(db, 'rbac_revoke_api_key', idOf(id));
    },
    list: async (db, query = {}) =>
      keyPage(db, tenancy, runningScope(tenancy).tenant ?? null, query),
    resolver: Object.freeze<Resolver>((request) => {
      const key = read(request.header('authorization'));
      return key && { by: 'id', value: key.tenant };
    }),
    user: (pool) => (_, from) => {
      const key = read(from.header('authorization'));
      return key && { id: key.id, proof: () => prove(pool, key) };
    },
  };
  const one = ['any', 'object'] as const;
  return checkedMethods(
    'keys',
    { create: one, rotate: one, revoke: one, list: ['any', 'object?'] },
    methods,
    'VALUE_INVALID',
  );
}

const idOf = (id: unknown): string =>
  storableText(id, { name: 'the id of a key', most: 255, code: 'API_KEY_UNKNOWN' });

/** One error for every key that lets nobody in. */
const invalid = () => new TenantryError('API_KEY_INVALID');
