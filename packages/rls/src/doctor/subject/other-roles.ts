import { defaultSchema } from '@tenantry/core/sql';
import type { LiveTable, TableRight } from '../../model/live.ts';
import type { Catalogue, RoleSummary } from '../catalogue/model.ts';
import type { TenantModel } from './tenant-model.ts';

/** A role besides the examined one, and its rights on a table. */
export interface OtherRole extends RoleSummary {
  readonly rights: readonly TableRight[];
}

/**
 * The roles besides the examined one with direct rights on a table: `anon` and `authenticated` of a
 * platform, a login for reports, a former application role. Roles that no policy binds are left out, and
 * so are the system role and the owners of Tenantry's functions.
 */
export function otherRoles(
  catalogue: Catalogue,
  roleName: string,
  { tenancy }: TenantModel,
): (table: LiveTable) => readonly OtherRole[] {
  const ours = new Set([roleName]);
  if (tenancy !== undefined) ours.add(tenancy.roles.system);
  const own = tenancy?.schema ?? defaultSchema;
  for (const { schema, owner } of catalogue.functions) if (schema === own) ours.add(owner);
  const bound = new Map(
    catalogue.roles
      .filter((role) => !role.superuser && !role.bypassRls && !role.predefined)
      .map((role) => [role.name, role]),
  );
  return ({ owner, grants }) =>
    grants.flatMap(({ grantee, rights }) => {
      const role = bound.get(grantee);
      return role === undefined || grantee === owner || ours.has(grantee)
        ? []
        : [{ ...role, rights }];
    });
}
