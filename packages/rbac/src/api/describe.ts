import type { Tenancy } from '@tenantry/core';
import { runningScope } from '@tenantry/core/scope';
import type { Queryable } from '@tenantry/core/sql';
import type { DescribedAllowance, DescribedList, FeatureDescription } from '@tenantry/rls/feature';
import { call } from '../calls.ts';
import type { RbacDefinition } from '../definition/types.ts';
import { tenantOf } from './tenant.ts';

const shown = 100;
const titles = { roles: 'Roles', members: 'Members', invitations: 'Open invitations' } as const;

/** The read model of roles and members: see `rbac.describe`. */
export async function describe(
  db: Queryable,
  tenancy: Tenancy,
  { permissions }: RbacDefinition,
): Promise<FeatureDescription> {
  const inTenant = runningScope(tenancy).kind === 'tenant';
  const tenant = inTenant ? tenantOf(tenancy, undefined) : null;
  const found = await call(db, 'rbac_describe', tenant, shown + 1);
  const list = (id: keyof typeof titles): DescribedList => ({
    id,
    title: titles[id],
    rows: found[id].slice(0, shown),
    more: found[id].length > shown,
  });
  const held = new Set(found.held);
  return {
    feature: 'rbac',
    title: 'Roles and permissions',
    lists: inTenant ? [list('roles'), list('members'), list('invitations')] : [list('roles')],
    allowances: inTenant ? permissions.map(({ key }) => allowance(key, held.has(key))) : [],
    changes: [],
  };
}

const allowance = (key: string, allowed: boolean): DescribedAllowance =>
  // nothing is counted, and what a grant for a while ends is in the list of members
  ({ key, allowed, used: null, limit: null, until: null });
