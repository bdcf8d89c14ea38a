import { TenantryError } from '../errors/index.ts';
import type { Scope } from './scope.ts';
import { store } from './store.ts';

/** The scope of the running code, or the error that says how to open one. */
export function currentScope(setting: string): Scope {
  const scope = store.getStore();
  if (scope === undefined) throw new TenantryError('TENANT_CONTEXT_MISSING');
  if (scope.setting !== setting) {
    throw new TenantryError('TENANT_CONTEXT_MISSING', {
      found: `a scope of another tenancy (${scope.setting}) where ${setting} is needed.`,
    });
  }
  scope.assertOpen();
  return scope;
}
