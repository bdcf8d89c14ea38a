import type { TenantKey } from '@tenantry/core';
import type { ResourceRef } from './check/checker.ts';
import { readHeld, resourceKey } from './check/held.ts';

/**
 * The permissions of a user, as plain JSON, for guards in the user interface.
 *
 * `P` is the permissions, `I` the tenant's property: `organizationId`. Default: of any tenancy.
 */
export type PermissionSnapshot<
  P extends string = string,
  I extends string = never,
> = TenantKey<I> & {
  readonly user: string | null;
  /** The version of the tenant's roles at the last change of this user's permissions. */
  readonly version: number;
  readonly roles: readonly string[];
  readonly permissions: readonly P[];
  /** resource type → id → permissions for that resource. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, readonly P[]>>>>;
};

/** A check against a snapshot. */
export type SnapshotCheck<P extends string = string> = (permission: P, of?: ResourceRef) => boolean;

/**
 * Makes the check of a snapshot. Permissions that it does not contain are denied.
 *
 * @example
 * ```ts
 * const can = readSnapshot(await (await fetch('/api/permissions')).json());
 * can('projects:create');
 * ```
 */
export function readSnapshot<P extends string>(snapshot: PermissionSnapshot<P>): SnapshotCheck<P> {
  const { permissions, resources } = readHeld(snapshot);
  return (permission, of) => {
    if (permissions.has(permission)) return true;
    if (of === undefined) return false;
    const type = of.resource ?? permission.slice(0, permission.indexOf(':'));
    return resources.get(resourceKey(type, of.id))?.has(permission) ?? false;
  };
}
