import type { Tenancy } from '../tenancy/tenancy.ts';
import { store } from './store.ts';

/**
 * The place of the running system work, for system work inside of it with a reason of its own: `{ place }`, or
 * nothing in the shared tables and outside such work.
 * @example
 * ```ts
 * await tenancy.asSystem({ reason, actor, write: true, ...runningPlace(tenancy) }, fn);
 * ```
 */
export function runningPlace({ setting }: Pick<Tenancy, 'setting'>): { readonly place?: string } {
  const scope = store.getStore();
  if (scope?.setting !== setting || scope.place === undefined) return {};
  return { place: scope.place as string };
}
