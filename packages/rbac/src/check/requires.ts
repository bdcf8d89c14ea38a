import type { Guard, TenantRequest } from '@tenantry/core/adapter';
import { checkOptions } from '@tenantry/core/errors';
import type { RbacDefinition } from '../definition/types.ts';
import { type Checker, unknownPermission } from './checker.ts';

/** What `rbac.requires` takes. */
export interface RequiresOptions {
  /**
   * Returns the id of the resource in the request, where a role may have been assigned for one; undefined
   * for none. Default: the permission is required for the whole tenant.
   */
  readonly of?: (request: TenantRequest) => string | undefined;
  /** The type of that resource. Default: the type in the permission. */
  readonly resource?: string;
}

/** Makes the guard of a permission. @throws TenantryError `PERMISSION_UNKNOWN` */
export function requires(
  checker: Checker,
  { permissions }: RbacDefinition,
  permission: string,
  options: RequiresOptions = {},
): Guard {
  checkOptions('requires', options, { of: 'function?', resource: 'string?' });
  const { of, resource } = options;
  if (!permissions.some(({ key }) => key === permission)) throw unknownPermission(permission);
  return Object.freeze<Guard>({
    requires: `permission ${permission}`,
    async check(_, request) {
      const id = of?.(request);
      checker.authorize(
        permission,
        id === undefined ? undefined : { id, ...(resource !== undefined && { resource }) },
      );
      return undefined;
    },
  });
}
