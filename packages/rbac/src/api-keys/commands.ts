import type { Tenancy, TenantPool } from '@tenantry/core';
import { atEachDatabase, atPlaceOf, type DatabaseAnswer } from '@tenantry/core/scope';
import { databasesOf } from '@tenantry/core/sql';
import {
  defineCommand,
  type FeatureCommand,
  printUnanswered,
  type RowAtPlace,
  rowsAtPlaces,
} from '@tenantry/rls/feature';
import { call } from '../calls.ts';
import type { ApiKey, ApiKeyRow } from './api-key.ts';
import { isNumber, keyRows } from './pages.ts';

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
      const answers = await at(pool, tenant, () => allKeys(pool, tenant));
      const keys = rowsAtPlaces(answers);
      print.result(keys, () => {
        for (const key of keys) print.line(lineOf(key, options.of === undefined));
        if (keys.length === 0 && answers.every(({ value }) => value !== undefined))
          print.line('There is no API key.');
      });
      return printUnanswered(answers, print);
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
      // numbers are unique within a tenant
      const several = (found: string) => refuse(`${found} have a key ${id}: add --of <tenant>.`);
      if (tenant === null && isNumber(id) && (await databasesOf(pool)).length > 1)
        return several('tenants of several databases may');
      const answers = await at(pool, tenant, () => call(pool, 'rbac_end_api_key', id, tenant));
      const revoked = answers.reduce((sum, { value = 0 }) => sum + Number(value), 0);
      if (revoked > 1) return several(`${revoked} tenants`);
      print.result({ revoked }, () =>
        print.line(revoked === 0 ? 'No such key, or it is revoked already.' : `Revoked ${id}.`),
      );
      const failed = printUnanswered(answers, print);
      return revoked === 0 ? 1 : failed;
    },
  }),
};

/** Of one tenant: where it lives; of all: in each database. */
const at = async <R>(
  pool: TenantPool,
  tenant: string | null,
  fn: () => Promise<R>,
): Promise<readonly DatabaseAnswer<R>[]> =>
  tenant === null
    ? atEachDatabase(pool.tenancy, pool, fn)
    : [{ value: await atPlaceOf(pool.tenancy, tenant, pool, fn) }];

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
  {
    tenant,
    id,
    hint,
    name,
    createdBy,
    lastUsedAt,
    expiresAt,
    revokedAt,
    place,
  }: RowAtPlace<Listed>,
  isOfAll: boolean,
): string {
  const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt}`;
  const end = expiresAt === null ? used : `${used}, expires ${expiresAt}`;
  const state = revokedAt === null ? end : `revoked ${revokedAt}`;
  const where = place === undefined ? '' : `  in ${place}`;
  return `${isOfAll ? `${tenant}  ` : ''}${id}  ${hint}…  ${name}  by ${createdBy}  ${state}${where}`;
}
