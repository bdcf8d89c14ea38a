import { type Tenancy, TenantryError } from '@tenantry/core';
import { type RunningScope, runningScope } from '@tenantry/core/scope';
import { type Queryable, runStatement, statement } from '@tenantry/core/sql';
import type { Definition } from '../definition/types.ts';
import { type Held, nothing, type PermissionFacts, readHeld, resourceKey } from './held.ts';

/** Of what a permission is asked for: one resource that a role may have been given for. */
export interface Of {
  /** The id of the resource. */
  readonly id: string;
  /** Its type; that of the permission unless named. */
  readonly resource?: string;
}

/** The permissions of the running scope. */
export interface Checker {
  can(permission: string, of?: Of): boolean;
  authorize(permission: string, of?: Of): void;
  load(db: Queryable): Promise<void>;
  facts(): PermissionFacts;
}

const nobody = readHeld(nothing);

/** Makes the checks of a definition. */
export function checkerOf(tenancy: Tenancy, definition: Definition): Checker {
  const known = new Set(definition.permissions.map(({ key }) => key));
  // by scope and not by user: what was read on entry is of this entry, and goes with it
  const kept = new WeakMap<object, Held>();

  const hold = (scope: RunningScope, facts: PermissionFacts): Held => {
    const held = readHeld(facts);
    kept.set(scope.root, held);
    return held;
  };

  const heldBy = (scope: RunningScope): Held => {
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
    return facts === null ? nobody : hold(scope, facts);
  };

  const can = (permission: string, of?: Of): boolean => {
    const scope = runningScope(tenancy);
    const held = kept.get(scope.root) ?? heldBy(scope);
    if (held.permissions.has(permission)) return true;
    if (of !== undefined && held.resources.size > 0) {
      const type = of.resource ?? permission.slice(0, permission.indexOf(':'));
      if (held.resources.get(resourceKey(type, of.id))?.has(permission) === true) return true;
    }
    if (known.has(permission)) return false;
    throw unknownPermission(permission);
  };

  return Object.freeze({
    can,
    authorize(permission: string, of?: Of) {
      if (can(permission, of)) return;
      const { actor } = runningScope(tenancy);
      if (actor?.user === undefined) throw new TenantryError('NOT_AUTHENTICATED');
      throw denied(definition, permission, of);
    },
    async load(db: Queryable) {
      const scope = runningScope(tenancy);
      if (scope.kind === 'system') heldBy(scope);
      if (scope.actor?.user === undefined) throw new TenantryError('ACTOR_MISSING');
      const [row] = await runStatement<{ facts: PermissionFacts | null }>(
        db,
        statement`select tenantry.my_permissions() as facts`,
      );
      hold(scope, row?.facts ?? nothing);
    },
    facts() {
      const scope = runningScope(tenancy);
      const { permissions, roles, resources, version } = kept.get(scope.root) ?? heldBy(scope);
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

export const unknownPermission = (permission: string) =>
  new TenantryError('PERMISSION_UNKNOWN', {
    found: `permission ${JSON.stringify(permission)}`,
    details: { permission },
  });

/** The 403 of a permission, with the smallest role that would do. */
function denied(definition: Definition, permission: string, of: Of | undefined): TenantryError {
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

/** The system role with the fewest permissions that has this one. */
function smallestRole({ roles }: Definition, permission: string): string | undefined {
  return roles
    .filter(({ granted }) => granted.includes(permission))
    .sort((a, b) => a.granted.length - b.granted.length)[0]?.key;
}
