import type { Tenancy } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { defineIsolation, type IsolateOptions } from '@tenantry/rls';
import type { ColumnsLike, Fragment } from '@tenantry/rls/feature';
import { markResource } from './resources.ts';
import { type PermissionTerms, policyTerms } from './terms.ts';

/** Options of `rbac.isolate(t, options)`: those of `isolate`, with permissions as terms. */
export type PermissionIsolateOptions<P extends string> = Omit<IsolateOptions, 'read' | 'write'> &
  PermissionTerms<P>;

/** Makes `rbac.isolate`. */
export function isolateOf<P extends string>(tenancy: Tenancy) {
  const isolation = defineIsolation(tenancy);
  return (t: ColumnsLike, options: PermissionIsolateOptions<P> = {}): Fragment[] => {
    checkType(t, 'object', 't of rbac.isolate');
    checkType(options, 'object', 'options of rbac.isolate');
    const { read, write, ...others } = options;
    const terms = { ...(read !== undefined && { read }), ...(write !== undefined && { write }) };
    const table = { dialect: tenancy.dialect, tenant: others.tenant ?? t[tenancy.property] };
    const fragments = isolation.isolate(t as never, { ...others, ...policyTerms(terms, table) });
    markResource(t, terms, others.systemAccess !== 'read');
    return fragments;
  };
}
