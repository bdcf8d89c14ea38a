import { type Tenancy, TenantryError } from '@tenantry/core';
import { typeName } from '@tenantry/core/errors';
import { type RunningScope, runningScope } from '@tenantry/core/scope';
import { callFunction, type Queryable } from '@tenantry/core/sql';
import type { RbacDefinition } from '../definition/types.ts';
import { type Held, nothing, type PermissionFacts, readHeld, resourceKey } from './held.ts';

/** The resource of a permission check, where a role may have been assigned for one. */
export interface ResourceRef {
  /** The id of the resource. */
  readonly id: string;
  /** Its type. Default: the type in the permission. */
  readonly resource?: string;
}

/** The permissions of the running scope. */
export interface Checker {
  can(permission: string, of?: ResourceRef): boolean;
  checker(): (permission: string, of?: ResourceRef) => boolean;
  authorize(permission: string, of?: ResourceRef): void;
  load(db: Queryable): Promise<void>;
  facts(): PermissionFacts;
}

/** The cached answers of one scope. */
interface Answers {
  /** For each permission of the definition, whether it is granted for the whole tenant. */
  readonly wide: ReadonlyMap<string, boolean>;
  readonly held: Held;
}

/** Makes the checks of a definition. */
export function checkerOf(tenancy: Tenancy, definition: RbacDefinition): Checker {
  const none = new Map(definition.permissions.map(({ key }) => [key, false]));
  // stored in the scope, not by user: the facts belong to this entry and end with it
  const slot = Symbol('rbac');

  const hold = (scope: RunningScope, facts: PermissionFacts): Answers => {
    const held = readHeld(facts);
    const wide = new Map(none);
    for (const key of held.permissions) if (none.has(key)) wide.set(key, true);
    const answers = { wide, held };
    scope.root[slot] = answers;
    return answers;
  };

  const read = (scope: RunningScope): Answers => {
    if (scope.kind === 'system') {
      throw new TenantryError('PERMISSIONS_NOT_LOADED', {
        found: 'a system scope, which no permissions bind.',
        fix: 'Ask in the scope of a tenant.',
      });
    }
    const facts = (scope.facts as { rbac?: PermissionFacts | null } | null)?.rbac;
    if (facts === undefined) {
      throw new TenantryError('PERMISSIONS_NOT_LOADED', {
        found: 'a scope that was opened without asking the database who acts in it.',
      });
    }
    return hold(scope, facts ?? nothing);
  };

  const kept = (scope: RunningScope) => (scope.root[slot] as Answers | undefined) ?? read(scope);

  // the fast path is one look-up; everything else is left to a slower function
  const can = (permission: string, of?: ResourceRef): boolean => {
    const answers = runningScope(tenancy).root[slot] as Answers | undefined;
    const wide = answers?.wide.get(permission);
    return wide === undefined || (of !== undefined && !wide) ? decide(permission, of) : wide;
  };

  const decide = (permission: string, of: ResourceRef | undefined): boolean =>
    ask(kept(runningScope(tenancy)), permission, of);

  const checker = () => {
    const scope = runningScope(tenancy);
    const answers = kept(scope);
    const { wide } = answers;
    return (permission: string, of?: ResourceRef): boolean => {
      scope.assertOpen();
      const allowed = wide.get(permission);
      return allowed === undefined || (of !== undefined && !allowed)
        ? ask(answers, permission, of)
        : allowed;
    };
  };

  return Object.freeze({
    can,
    checker,
    authorize(permission: string, of?: ResourceRef) {
      if (can(permission, of)) return;
      const { actor } = runningScope(tenancy);
      if (actor?.user === undefined) throw new TenantryError('NOT_AUTHENTICATED');
      throw denied(definition, permission, of);
    },
    async load(db: Queryable) {
      const scope = runningScope(tenancy);
      if (scope.kind === 'system') read(scope);
      if (scope.actor?.user === undefined) throw new TenantryError('ACTOR_MISSING');
      const facts = await callFunction<PermissionFacts | null>(db, 'my_permissions');
      hold(scope, facts ?? nothing);
    },
    facts() {
      const scope = runningScope(tenancy);
      const { permissions, roles, resources, version } = kept(scope).held;
      const byType: Record<string, Record<string, string[]>> = {};
      for (const [key, keys] of resources) {
        const at = key.indexOf(' ');
        const type = key.slice(0, at);
        byType[type] = { ...byType[type], [key.slice(at + 1)]: [...keys] };
      }
      return { permissions: [...permissions], roles, resources: byType, version };
    },
  });
}

/** Answers the rare cases: a resource, or an unknown permission. */
function ask({ wide, held }: Answers, permission: string, of: ResourceRef | undefined): boolean {
  const allowed = wide.get(permission);
  if (allowed === undefined) throw unknownPermission(permission);
  if (allowed || of === undefined) return allowed;
  const type = of.resource ?? permission.slice(0, permission.indexOf(':'));
  return held.resources.get(resourceKey(type, of.id))?.has(permission) ?? false;
}

export const unknownPermission = (permission: unknown) =>
  new TenantryError('PERMISSION_UNKNOWN', {
    found: `permission ${typeof permission === 'string' ? JSON.stringify(permission) : `of type ${typeName(permission)}`}`,
    details: typeof permission === 'string' ? { permission } : {},
  });

/** The 403 for a missing permission, with the smallest role that has it. */
function denied(
  definition: RbacDefinition,
  permission: string,
  of: ResourceRef | undefined,
): TenantryError {
  const role = smallestRole(definition, permission);
  const where = of === undefined ? '' : ' for this resource';
  return new TenantryError('PERMISSION_DENIED', {
    found: `permission ${permission} is missing${where}.`,
    fix:
      role === undefined
        ? `Ask somebody who manages roles for one with ${permission}.`
        : `Ask somebody who manages members for the role ${role}, the smallest that has ${permission}.`,
    details: { permission, ...(role !== undefined && { role }) },
  });
}

/** The built-in role with the fewest permissions that has this one. */
function smallestRole({ roles }: RbacDefinition, permission: string): string | undefined {
  return roles
    .filter(({ granted }) => granted.includes(permission))
    .sort((a, b) => a.granted.length - b.granted.length)[0]?.key;
}
