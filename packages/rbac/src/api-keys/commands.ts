import type { Tenancy, TenantPool } from '@tenantry/core';
import { atPlaceOf } from '@tenantry/core/scope';
import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { call } from '../calls.ts';
import type { ApiKey, ApiKeyRow } from './api-key.ts';
import { keyRows } from './pages.ts';

/** The commands of `tenantry keys`. */
export const keyCommands: Readonly<Record<string, FeatureCommand>> = {
  'keys list': defineCommand({
    summary: 'List API keys, the live and the newest first; never a secret.',
    // past the policies: an operator is no member, whose permission to read they would ask for
    needs: 'system-read',
    options: { of: { type: 'text', value: 'tenant', summary: 'List those of one tenant.' } },
    json: true,
    async run({ pool, tenancy, options, print }) {
      const tenant = tenantIn(tenancy, options.of);
      const keys = await at(pool, tenant, () => allKeys(pool, tenant));
      print.result(keys, () => {
        for (const key of keys) print.line(lineOf(key, options.of === undefined));
        if (keys.length === 0) print.line('There is no API key.');
      });
    },
  }),
  'keys revoke': defineCommand({
    summary: 'Revoke an API key at once, in every process; exit with 1 when there is no such key.',
    needs: 'system-write',
    json: true,
    options: { of: { type: 'text', value: 'tenant', summary: 'Revoke a key of this tenant.' } },
    positionals: { id: { type: 'text', value: 'id', summary: 'The id of the key.' } },
    async run({ pool, tenancy, options, positionals: { id }, print, refuse }) {
      const tenant = tenantIn(tenancy, options.of);
      const end = () => call(pool, 'rbac_end_api_key', id, tenant);
      const revoked = Number(await at(pool, tenant, end));
      // numbers are unique within a tenant
      if (revoked > 1) return refuse(`${revoked} tenants have a key ${id}: add --of <tenant>.`);
      print.result({ revoked }, () =>
        print.line(revoked === 0 ? 'No such key, or it is revoked already.' : `Revoked ${id}.`),
      );
      return revoked === 0 ? 1 : 0;
    },
  }),
};

/** Of one tenant: where it lives. */
const at = <R>(pool: TenantPool, tenant: string | null, fn: () => Promise<R>): Promise<R> =>
  tenant === null ? fn() : atPlaceOf(pool.tenancy, tenant, pool, fn);

type Listed = ApiKey & Pick<ApiKeyRow, 'tenant'>;

const tenantIn = (tenancy: Tenancy, of: string | undefined): string | null =>
  of === undefined ? null : tenancy.parseId(of);

async function allKeys(pool: TenantPool, tenant: string | null): Promise<Listed[]> {
  const keys: Listed[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof keyRows>> = await keyRows(pool, tenant, {
      limit: 500,
      after,
    });
    for (const { live: _, madeAt: __, ...key } of page.rows) keys.push(key);
    after = page.next;
  } while (after !== null);
  return keys;
}

function lineOf(
  { tenant, id, hint, name, createdBy, lastUsedAt, expiresAt, revokedAt }: Listed,
  isOfAll: boolean,
): string {
  const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt}`;
  const end = expiresAt === null ? used : `${used}, expires ${expiresAt}`;
  const state = revokedAt === null ? end : `revoked ${revokedAt}`;
  return `${isOfAll ? `${tenant}  ` : ''}${id}  ${hint}…  ${name}  by ${createdBy}  ${state}`;
}
