import { TenantryError, wholeNumber } from '../errors/index.ts';
import { type Actor, parseActor } from '../scope/actor.ts';
import { bindOutside, bindScope } from '../scope/bind.ts';
import { seal, unseal } from '../scope/capture.ts';
import { currentScope } from '../scope/current.ts';
import type { SystemEntry, TenantEntry } from '../scope/entry.ts';
import { openSystem, openTrusted } from '../scope/open.ts';
import { runScope, type ScopeLimits } from '../scope/run.ts';
import type { Scope } from '../scope/scope.ts';
import { settingOf } from '../sql/tenant-names.ts';
import { cacheKey, type KeyPart } from './cache-key.ts';
import { columnsWithDrizzle } from './drizzle-columns.ts';
import { type IdInput, type IdKind, idValue, parseId } from './ids.ts';
import { readTenancyOptions, type TenancyOptions } from './options.ts';
import type { CapturedTenant, CurrentTenant, Tenancy } from './tenancy.ts';
import { type TenantProperty, tenantKey } from './tenant-key.ts';

const week = 7 * 24 * 3600;
const year = 365 * 24 * 3600;

/**
 * Defines the tenancy of an application: one word for the tenant, used everywhere.
 *
 * @example
 * ```ts
 * export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
 * ```
 * @throws TenantryError `CONFIG_INVALID`
 */
export function defineTenancy<const T extends string, const K extends IdKind>(
  options: TenancyOptions<T, K>,
): Tenancy<T, K> {
  const { tenant, id, column, roles, context, dialect, schema, secrets } =
    readTenancyOptions(options);
  const property = `${tenant}Id` as const;
  const setting = settingOf(schema, tenant);
  const scoped = { tenant, setting, schema };

  return Object.freeze({
    tenant,
    id,
    column,
    property,
    setting,
    schema,
    roles,
    context,
    dialect,
    columns: columnsWithDrizzle(property, column, { context, dialect, setting, schema, id }),
    parseId: (value: unknown) => parseId(id, value),

    async run<R>(
      entry: IdInput<K> | TenantEntry<TenantProperty<T, K>>,
      fn: () => R | Promise<R>,
    ): Promise<R> {
      if (typeof entry !== 'object')
        return runScope(openTrusted(scoped, parseId(id, entry), {}), {}, fn);
      const given = (entry ?? {}) as Record<string, unknown> & Actor & ScopeLimits;
      const scope = openTrusted(scoped, parseId(id, given[property]), parseActor(given));
      return runScope(scope, given, fn);
    },

    current() {
      const scope = tenantScope(setting);
      return Object.freeze({
        ...scope.actor,
        [property]: idValue(id, scope.tenant),
        facts: scope.facts,
      }) as CurrentTenant<TenantProperty<T, K>>;
    },

    async asSystem<R>(entry: SystemEntry, fn: () => R | Promise<R>): Promise<R> {
      return runScope(openSystem(scoped, entry), entry, fn);
    },

    bind<This, A extends unknown[], R>(fn: (this: This, ...args: A) => R) {
      return bindScope(setting, fn);
    },

    outside<This, A extends unknown[], R>(fn: (this: This, ...args: A) => R) {
      return bindOutside(fn);
    },

    key(...parts: KeyPart[]) {
      const isSystem = currentScope(setting).kind === 'system';
      return cacheKey(setting, isSystem ? null : tenantScope(setting).tenant, parts);
    },

    capture({ expiresInSeconds = week } = {}) {
      const name = 'option expiresInSeconds';
      const seconds = wholeNumber(expiresInSeconds, { name, least: 1, greatest: year });
      const scope = tenantScope(setting);
      const expires = Math.floor(Date.now() / 1000) + seconds;
      return seal(secrets, { setting, tenant: scope.tenant, actor: scope.actor, expires });
    },

    openCapture(token: unknown): CapturedTenant<TenantProperty<T, K>> {
      const { tenant: captured, actor } = unseal(secrets, setting, token);
      return { ...tenantKey({ tenant, id, property }, parseId(id, captured)), actor };
    },
  });
}

/** The tenant scope of the running code; a claim must have been verified. */
function tenantScope(setting: string): Scope & { readonly tenant: string } {
  const scope = currentScope(setting);
  if (scope.kind === 'tenant' && scope.tenant !== null) return scope as Scope & { tenant: string };
  throw new TenantryError('TENANT_CONTEXT_MISSING', {
    found: scope.kind === 'system' ? 'a system scope' : 'a scope whose claim is not verified yet',
  });
}
