import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { refuseOlderSnapshots } from './changed.ts';
import { raise } from './raise.ts';
import type { Names } from './tables.ts';
import { beforeRow, definerTrigger } from './triggers.ts';

// The tables of the definition are on every node, where a trigger would run once a node. So `rbac_sync`
// alone writes them, and says itself what has changed.

/** The beginning of `rbac_sync`: what differs, before it is written. */
export const whatDiffers = (names: Names): Ddl => {
  const { permissions: p, builtInRoles: b, builtInRolePermissions: bp } = names;
  const wanted = ddl`(select w.key, w.resource from jsonb_to_recordset($1 -> 'permissions') w (key text, resource text))`;
  const stored = ddl`(select p.${p.c('key')}, p.${p.c('resource')} from ${p.target} p)`;
  const wantedRoles = ddl`(
    select tenantry.rbac_built_in_role_id(w.key) as id, w.key,
      case when w.parent is not null then tenantry.rbac_built_in_role_id(w.parent) end as parent,
      array(select each from jsonb_array_elements_text(w.permissions) each order by 1) as patterns
    from jsonb_to_recordset($1 -> 'roles') w (key text, parent text, permissions jsonb))`;
  const storedRoles = ddl`(
    select b.${b.c('id')}, b.${b.c('key')}, b.${b.c('parentId')},
      coalesce((select array_agg(bp.${bp.c('permission')} order by 1) from ${bp.target} bp where bp.${bp.c('roleId')} = b.${b.c('id')}), '{}')
    from ${b.target} b where b.${b.c('id')} <> all (gone) or b.${b.c('parentId')} is not null
      or exists (select from ${bp.target} bp where bp.${bp.c('roleId')} = b.${b.c('id')}))`;
  return ddl`
    declare
      keys text[];
      resources text[];
      changed uuid[];
      gone uuid[];
      kept uuid[];
      put record;
    begin
      ${refuseOlderSnapshots}
      -- one sync at a time: what differs from this one is what the one before it has left
      lock table ${p.target} in share row exclusive mode;
      gone := array(select b.${b.c('id')} from ${b.target} b
        where not exists (select from jsonb_array_elements($1 -> 'roles') w where w ->> 'key' = b.${b.c('key')}));
      perform set_config('citus.propagate_set_commands', 'local', true);
      -- one connection a node: it has written what the statements of all shards look at
      perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
      set local app.rbac_syncs = on;
      select array_agg(x.key), array_agg(x.resource) into keys, resources
      from ((${wanted} except ${stored}) union all (${stored} except ${wanted})) x (key, resource);
      select coalesce(array_agg(distinct x.id), '{}') into changed
      from ((${wantedRoles} except ${storedRoles}) union all (${storedRoles} except ${wantedRoles})) x (id);
      if keys is not null or changed <> '{}' then
        -- before it is written: who changes a tenant meanwhile is seen, or waits and sees the change
        perform tenantry.rbac_definition_changes();
      end if;
  `;
};

/** The end of it: removes roles that nobody has, and marks the holders of those that differ. */
export const markWhatDiffers = (names: Names): Ddl => {
  const { builtInRoles: b, memberRoles: mr, roles: r } = names;
  return ddl`
      kept := array(select distinct mr.${mr.c('builtInRoleId')} from ${mr.target} mr where mr.${mr.c('builtInRoleId')} = any (gone))
        || array(select distinct r.${r.c('builtInParentId')} from ${r.target} r where r.${r.c('builtInParentId')} = any (gone))
        || array(select distinct b.${b.c('parentId')} from ${b.target} b where b.${b.c('parentId')} is not null);
      delete from ${b.target} b
      where b.${b.c('id')} = any (gone) and b.${b.c('id')} <> all (kept);
      if changed <> '{}' then perform tenantry.rbac_mark(changed); end if;
      if keys is not null then perform tenantry.rbac_keys_changed(keys, resources); end if;
      -- who changes a tenant may wait for what was written here, and is not waited for
      if keys is null and changed = '{}' then return; end if;
  `;
};

/** Refuses everybody else. */
export const definitionGuard = (names: Names): SqlFunction =>
  definerTrigger(
    names,
    'rbac_definition_guard',
    ddl`
      begin
        if current_setting('app.rbac_syncs', true) is distinct from 'on' then
          ${raise('PERMISSION_DENIED', ddl`'on Citus only tenantry.rbac_sync writes the definition'`, ddl`jsonb_build_object('fix', 'Change defineRbac, and run tenantry rbac sync or the migration that tenantry generate writes.')`)}
        end if;
        return case when tg_op = 'DELETE' then old else new end;
      end
    `,
  );

export const definitionGuardTriggers = (names: Names): Ddl[] =>
  [names.permissions, names.builtInRoles, names.builtInRolePermissions].map((table) =>
    beforeRow(table, 'rbac_definition_guard', 'insert or update or delete'),
  );
