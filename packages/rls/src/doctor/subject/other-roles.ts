import { defaultSchema } from '@tenantry/core/sql';
import type { LiveTable, TableRight } from '../../model/live.ts';
import type { Catalogue, RoleSummary } from '../catalogue/model.ts';
import type { TenantModel } from './tenant-model.ts';

/** A role besides the examined one, and its rights on a table. */
export interface OtherRole extends RoleSummary {
  readonly rights: readonly TableRight[];
}

/**
 * The roles of Tenantry whom policies show all rows: the system role, and the owners of functions in the
 * schema of the tenancy, such as the role that writes the audit log. Without a configuration the mark of
 * the schema names them. The owner of the tables is none: the floor binds it.
 */
export function letThroughRoles(
  catalogue: Catalogue,
  roleName: string,
  { tenancy }: TenantModel,
): ReadonlySet<string> {
  const owners = new Set(catalogue.tables.map(({ owner }) => owner));
  const marked =
    tenancy === undefined
      ? catalogue.schemas.flatMap(({ name, mark }) => {
          const [, system] = /^tenancy of \w+, roles \S+ and (\S+)$/.exec(mark ?? '') ?? [];
          return system === undefined ? [] : [{ schema: name, system }];
        })
      : [{ schema: tenancy.schema, system: tenancy.roles.system }];
  return new Set(
    marked.flatMap(({ schema, system }) => [
      system,
      ...catalogue.functions
        .filter((each) => each.schema === schema && !owners.has(each.owner))
        .map(({ owner }) => owner)
        .filter((owner) => owner !== roleName),
    ]),
  );
}

/**
 * The roles besides the examined one with rights on a table of their own: `anon` and `authenticated` of a
 * platform, a login for reports, a former application role. Roles that no policy binds are left out, and
 * so are the system role and the owners of Tenantry's functions.
 */
export function otherRoles(
  catalogue: Catalogue,
  roleName: string,
  model: TenantModel,
): (table: LiveTable) => readonly OtherRole[] {
  const strangers = new Map(
    boundRoles(catalogue, roleName, model).map((role) => [role.name, role]),
  );
  return ({ owner, grants }) =>
    grants.flatMap(({ grantee, rights }) => {
      const role = strangers.get(grantee);
      return role === undefined || grantee === owner ? [] : [{ ...role, rights }];
    });
}

/** Roles that policies bind, besides the examined one and those of Tenantry. */
export function boundRoles(
  catalogue: Catalogue,
  roleName: string,
  model: TenantModel,
): RoleSummary[] {
  const ours = new Set([roleName, ...letThroughRoles(catalogue, roleName, model)]);
  const own = model.tenancy?.schema ?? defaultSchema;
  for (const { schema, owner } of catalogue.functions) if (schema === own) ours.add(owner);
  return catalogue.roles.filter(
    (role) => !role.superuser && !role.bypassRls && !role.predefined && !ours.has(role.name),
  );
}

/** The rights of a role on a table, also those that it inherits or that everybody has. */
export const effectiveRights = (
  { grants, publicRights }: LiveTable,
  { name, inherits }: RoleSummary,
): TableRight[] => [
  ...new Set([
    ...publicRights,
    ...grants
      .filter(({ grantee }) => grantee === name || inherits.includes(grantee))
      .flatMap(({ rights }) => rights),
  ]),
];
