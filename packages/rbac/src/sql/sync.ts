import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import type { RbacDefinition } from '../definition/types.ts';
import { markWhatDiffers, whatDiffers } from './citus-sync.ts';
import { asSystem } from './makers.ts';
import { put } from './put.ts';
import { stale } from './stale-mark.ts';
import type { Names } from './tables.ts';

/** The definition as an argument of the functions. */
export const definitionJson = (definition: RbacDefinition): string =>
  JSON.stringify({
    permissions: definition.permissions,
    roles: definition.roles.map(({ granted: _, ...role }) => role),
  });

/**
 * `tenantry.rbac_sync(definition)` makes permissions and built-in roles equal to the definition; equal rows
 * are not touched. A removed built-in role that somebody still has is kept, without permissions.
 */
export function syncFunctions(names: Names): SqlFunction[] {
  const { permissions: p, builtInRoles: b, builtInRolePermissions: bp } = names;
  const { roles: r, rolePermissions: rp, memberRoles: mr } = names;
  return [
    asSystem(
      names,
      ddl`rbac_sync(definition jsonb) returns void`,
      ddl`
        ${names.onCitus ? whatDiffers(names) : ddl`begin`}
          ${put(
            names,
            ddl`
              insert into ${p.target} as p (${p.c('key')}, ${p.c('resource')}, ${p.c('action')}, ${p.c('description')})
              select w.key, w.resource, w.action, w.description
              from jsonb_to_recordset($1 -> 'permissions') w (key text, resource text, action text, description text)
              on conflict (${p.c('key')}) do update set ${p.c('description')} = excluded.${p.c('description')}
                where p.${p.c('description')} <> excluded.${p.c('description')}
            `,
          )}
          delete from ${p.target} p where not exists (
            select from jsonb_array_elements($1 -> 'permissions') w where w ->> 'key' = p.${p.c('key')});
    
          ${put(
            names,
            ddl`
              insert into ${b.target} as b (${b.c('id')}, ${b.c('key')}, ${b.c('name')})
              select tenantry.rbac_built_in_role_id(w.key), w.key, w.name from jsonb_to_recordset($1 -> 'roles') w (key text, name text)
              on conflict (${b.c('key')}) do update set ${b.c('name')} = excluded.${b.c('name')}
                where b.${b.c('name')} <> excluded.${b.c('name')}
            `,
          )}
    
          delete from ${bp.target} bp using ${b.target} b
          where b.${b.c('id')} = bp.${bp.c('roleId')} and not exists (
            select from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
            where w.key = b.${b.c('key')} and w.permissions ? bp.${bp.c('permission')});
          ${put(
            names,
            ddl`
              insert into ${bp.target} (${bp.c('roleId')}, ${bp.c('permission')})
              select b.${b.c('id')}, pattern
              from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
              join ${b.target} b on b.${b.c('key')} = w.key,
              jsonb_array_elements_text(w.permissions) pattern
              where not exists (select from ${bp.target} bp
                where bp.${bp.c('roleId')} = b.${b.c('id')} and bp.${bp.c('permission')} = pattern)
            `,
          )}
    
          -- parents that change places pass through a state without one, so that no circle is seen
          update ${b.target} b set ${b.c('parentId')} = null
          where b.${b.c('parentId')} is not null and not exists (
            select from jsonb_to_recordset($1 -> 'roles') w (key text, parent text)
            join ${b.target} above on above.${b.c('key')} = w.parent
            where w.key = b.${b.c('key')} and above.${b.c('id')} = b.${b.c('parentId')});
          update ${b.target} b set ${b.c('parentId')} = above.${b.c('id')}
          from jsonb_to_recordset($1 -> 'roles') w (key text, parent text), ${b.target} above
          where b.${b.c('key')} = w.key and above.${b.c('key')} = w.parent
            and b.${b.c('parentId')} is distinct from above.${b.c('id')};
    
          ${
            names.onCitus
              ? markWhatDiffers(names)
              : ddl`
          delete from ${b.target} b
          where not exists (select from jsonb_array_elements($1 -> 'roles') w where w ->> 'key' = b.${b.c('key')})
            and not exists (select from ${mr.target} mr where mr.${mr.c('builtInRoleId')} = b.${b.c('id')})
            and not exists (select from ${b.target} below where below.${b.c('parentId')} = b.${b.c('id')})
            and not exists (select from ${r.target} below where below.${r.c('builtInParentId')} = b.${b.c('id')});`
          }
          -- few are worked out at once; of many the rest is left to rbac_refresh, a transaction each
          perform tenantry.rbac_refresh(null, 1000);
        end
      `,
      { callers: [names.system] },
    ),
    asSystem(
      names,
      ddl`rbac_definition() returns jsonb`,
      ddl`
        begin
          return jsonb_build_object(
            'permissions', coalesce((select jsonb_agg(jsonb_build_object('key', p.${p.c('key')}, 'resource', p.${p.c('resource')},
              'action', p.${p.c('action')}, 'description', p.${p.c('description')}) order by p.${p.c('key')}) from ${p.target} p), '[]'),
            'roles', coalesce((select jsonb_agg(jsonb_build_object('key', b.${b.c('key')}, 'name', b.${b.c('name')},
              'parent', (select above.${b.c('key')} from ${b.target} above where above.${b.c('id')} = b.${b.c('parentId')}),
              'permissions', coalesce((select jsonb_agg(bp.${bp.c('permission')} order by bp.${bp.c('permission')})
                from ${bp.target} bp where bp.${bp.c('roleId')} = b.${b.c('id')}), '[]')) order by b.${b.c('key')})
              from ${b.target} b), '[]'),
            'marked', (select count(*) from tenantry.member_permissions d where d.valid_until = ${stale}),
            'dangling', coalesce((select jsonb_agg(distinct held.permission)
              from (select bp.${bp.c('permission')} as permission from ${bp.target} bp
                union select rp.${rp.c('permission')} from ${rp.target} rp) held
              where held.permission <> '*' and not exists (select from ${p.target} p
                where held.permission in (p.${p.c('key')}, p.${p.c('resource')} || ':*'))), '[]'));
        end
      `,
      { volatility: 'stable', callers: [names.system] },
    ),
  ];
}

/** Syncs a database with the definition, and computes the permissions of existing members. */
export const seedSql = (definition: RbacDefinition): Ddl => ddl`
  select tenantry.rbac_sync(${literal(definitionJson(definition))});
  select tenantry.rbac_backfill();
`;
