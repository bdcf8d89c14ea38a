import type { Tenancy } from '@tenantry/core';
import { objectName } from '../fragments/names.ts';
import type { LivePolicy, LiveTable } from '../model/live.ts';

/**
 * Whether `generate` or an adoption has made the policies of a table: one of them lets the system role in.
 * FORCE alone may be the application's own.
 */
export const hasOurPolicies = (
  { policies }: { readonly policies: readonly Pick<LivePolicy, 'table' | 'name' | 'roles'>[] },
  table: Pick<LiveTable, 'oid' | 'name'>,
  { roles }: Pick<Tenancy, 'roles'>,
): boolean =>
  policies.some(
    (each) =>
      each.table === table.oid &&
      each.name === objectName(table.name, 'system_access') &&
      each.roles.includes(roles.system),
  );
