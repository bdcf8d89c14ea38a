import type { Tenancy } from '@tenantry/core';
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
  return (
    t: ColumnsLike,
    { read, write, ...others }: PermissionIsolateOptions<P> = {},
  ): Fragment[] => {
    const terms = { ...(read !== undefined && { read }), ...(write !== undefined && { write }) };
    markResource(t, terms, others.systemAccess !== 'read');
    return isolation.isolate(t as never, { ...others, ...policyTerms(terms) });
  };
}
