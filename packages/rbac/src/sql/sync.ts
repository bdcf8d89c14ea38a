import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import type { RbacDefinition } from '../definition/types.ts';
import { asSystem } from './makers.ts';
import { stale } from './stale.ts';
import type { Names } from './tables.ts';

/** The definition as an argument of the functions. */
export const definitionJson = (definition: RbacDefinition): string =>
  JSON.stringify({
    permissions: definition.permissions,
    roles: definition.roles.map(({ granted: _, ...role }) => role),
  });

/**
 * `tenantry.rbac_sync(definition)` makes permissions and system roles equal to the definition; equal rows
 * are not touched. A removed system role that somebody still has is kept, without permissions.
 */
export function syncFunctions(names: Names): SqlFunction[] {
  const { permissions: p, roles: r, rolePermissions: rp, memberRoles: mr, tenant } = names;
  const isSystem = ddl`r.${r.c(tenant)} is null`;
  return [
    asSystem(
      names,
      ddl`rbac_sync(definition jsonb) returns void`,
      ddl`
        begin
          insert into ${p.target} as p (${p.c('key')}, ${p.c('resource')}, ${p.c('action')}, ${p.c('description')})
          select w.key, w.resource, w.action, w.description
          from jsonb_to_recordset($1 -> 'permissions') w (key text, resource text, action text, description text)
          on conflict (${p.c('key')}) do update set ${p.c('description')} = excluded.${p.c('description')}
            where p.${p.c('description')} <> excluded.${p.c('description')};
          delete from ${p.target} p where not exists (
            select from jsonb_array_elements($1 -> 'permissions') w where w ->> 'key' = p.${p.c('key')});
    
          insert into ${r.target} as r (${r.c(tenant)}, ${r.c('key')}, ${r.c('name')})
          select null, w.key, w.name from jsonb_to_recordset($1 -> 'roles') w (key text, name text)
          on conflict (${r.c(tenant)}, ${r.c('key')}) do update set ${r.c('name')} = excluded.${r.c('name')}
            where r.${r.c('name')} <> excluded.${r.c('name')};
    
          delete from ${rp.target} rp using ${r.target} r
          where r.${r.c('id')} = rp.${rp.c('roleId')} and ${isSystem} and not exists (
            select from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
            where w.key = r.${r.c('key')} and w.permissions ? rp.${rp.c('permission')});
          insert into ${rp.target} (${rp.c(tenant)}, ${rp.c('roleId')}, ${rp.c('permission')})
          select null, r.${r.c('id')}, pattern
          from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
          join ${r.target} r on ${isSystem} and r.${r.c('key')} = w.key,
          jsonb_array_elements_text(w.permissions) pattern
          where not exists (select from ${rp.target} rp
            where rp.${rp.c('roleId')} = r.${r.c('id')} and rp.${rp.c('permission')} = pattern);
    
          -- parents that change places pass through a state without one, so that no circle is seen
          update ${r.target} r set ${r.c('parentId')} = null
          where ${isSystem} and r.${r.c('parentId')} is not null and not exists (
            select from jsonb_to_recordset($1 -> 'roles') w (key text, parent text)
            join ${r.target} above on above.${r.c(tenant)} is null and above.${r.c('key')} = w.parent
            where w.key = r.${r.c('key')} and above.${r.c('id')} = r.${r.c('parentId')});
          update ${r.target} r set ${r.c('parentId')} = above.${r.c('id')}
          from jsonb_to_recordset($1 -> 'roles') w (key text, parent text), ${r.target} above
          where ${isSystem} and r.${r.c('key')} = w.key and above.${r.c(tenant)} is null
            and above.${r.c('key')} = w.parent and r.${r.c('parentId')} is distinct from above.${r.c('id')};
    
          delete from ${r.target} r
          where ${isSystem}
            and not exists (select from jsonb_array_elements($1 -> 'roles') w where w ->> 'key' = r.${r.c('key')})
            and not exists (select from ${mr.target} mr where mr.${mr.c('roleId')} = r.${r.c('id')})
            and not exists (select from ${r.target} below where below.${r.c('parentId')} = r.${r.c('id')});
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
            'roles', coalesce((select jsonb_agg(jsonb_build_object('key', r.${r.c('key')}, 'name', r.${r.c('name')},
              'parent', (select above.${r.c('key')} from ${r.target} above where above.${r.c('id')} = r.${r.c('parentId')}),
              'permissions', coalesce((select jsonb_agg(rp.${rp.c('permission')} order by rp.${rp.c('permission')})
                from ${rp.target} rp where rp.${rp.c('roleId')} = r.${r.c('id')}), '[]')) order by r.${r.c('key')})
              from ${r.target} r where ${isSystem}), '[]'),
            'marked', (select count(*) from tenantry.member_permissions d where d.valid_until = ${stale}),
            'dangling', coalesce((select jsonb_agg(distinct rp.${rp.c('permission')}) from ${rp.target} rp
              where rp.${rp.c('permission')} <> '*' and not exists (select from ${p.target} p
                where rp.${rp.c('permission')} in (p.${p.c('key')}, p.${p.c('resource')} || ':*'))), '[]'));
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
