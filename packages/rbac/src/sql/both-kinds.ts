import { type Ddl, ddl } from '@tenantry/core/sql';
import { isBuiltIn } from '../definition/built-in-id.ts';
import type { Names } from './tables.ts';

type Tables = Pick<
  Names,
  'builtInRoles' | 'builtInRolePermissions' | 'roles' | 'rolePermissions' | 'tenant'
>;

/**
 * The roles of a tenant, built-in and its own, as a table: `id`, `key`, `name`, `parent`, `built_in`. The
 * forms of their ids differ, so an id is enough to find a role in it.
 */
export const rolesIn = ({ builtInRoles: b, roles: r, tenant }: Tables, of: Ddl): Ddl => ddl`(
  select b.${b.c('id')} as id, b.${b.c('key')} as key, b.${b.c('name')} as name, b.${b.c('parentId')} as parent, true as built_in
  from ${b.target} b
  union all
  select r.${r.c('id')}, r.${r.c('key')}, r.${r.c('name')}, coalesce(r.${r.c('parentId')}, r.${r.c('builtInParentId')}), false
  from ${r.target} r where r.${r.c(tenant)} = ${of})`;

/** What these roles grant, as a table: `role`, `permission`. */
export const grantsIn = (
  { builtInRolePermissions: bp, rolePermissions: rp, tenant }: Tables,
  of: Ddl,
): Ddl => ddl`(
  select bp.${bp.c('roleId')} as role, bp.${bp.c('permission')} as permission from ${bp.target} bp
  union all
  select rp.${rp.c('roleId')}, rp.${rp.c('permission')} from ${rp.target} rp where rp.${rp.c(tenant)} = ${of})`;

/** The key of a role of a tenant, by its id. */
export const keyOfRole = ({ builtInRoles: b, roles: r, tenant }: Tables, of: Ddl, id: Ddl): Ddl =>
  // aliases that no query around it has: the id is read there
  ddl`coalesce((select of_all.${b.c('key')} from ${b.target} of_all where of_all.${b.c('id')} = ${id}),
    (select of_own.${r.c('key')} from ${r.target} of_own where of_own.${r.c(tenant)} = ${of} and of_own.${r.c('id')} = ${id}))`;

/** The id, where it is that of a built-in role. */
export const builtInOnly = (id: Ddl): Ddl =>
  ddl`case when ${{ sql: isBuiltIn(id.sql) }} then ${id} end`;

/** The id, where it is that of a tenant's own role. */
export const ownOnly = (id: Ddl): Ddl =>
  ddl`case when not ${{ sql: isBuiltIn(id.sql) }} then ${id} end`;
