import { actorOfTransaction, ddl, type SqlFunction } from '@tenantry/core/sql';
import { atHome } from './at-home.ts';
import { inWorkers } from './can.ts';
import { asSystem } from './makers.ts';
import { stale } from './stale-mark.ts';
import { type Names, userOf } from './tables.ts';

/**
 * `tenantry.rbac_facts(tenant, member)`: what an entry carries, grants that have ended left out, and
 * of somebody who acts on behalf of another what both have.
 */
export function factsFunctions(names: Names): SqlFunction[] {
  const { tenantType, userType } = names;
  return [
    asSystem(
      names,
      ddl`rbac_facts_of(tenant ${tenantType}, member ${userType}) returns jsonb`,
      ddl`
        declare
          found_facts jsonb;
          ends timestamptz;
        begin
          select d.facts, d.valid_until into found_facts, ends
          from tenantry.member_permissions d where d.tenant_id = $1 and d.user_id = $2;
          if ends <= statement_timestamp() then
            select e.facts || jsonb_build_object('version', case when ends = ${stale}
                then coalesce(to_jsonb((select v.version from tenantry.rbac_versions v where v.tenant_id = $1)), found_facts -> 'version')
                else found_facts -> 'version' end) into found_facts
            from tenantry.rbac_effective($1, array[$2]) e;
          end if;
          return found_facts;
        end
      `,
      { volatility: 'stable', parallel: 'safe' },
    ),
    asSystem(
      names,
      ddl`rbac_facts(tenant ${tenantType}, member ${userType}) returns jsonb`,
      ddl`
        declare
          acting constant jsonb := ${actorOfTransaction};
          own jsonb := tenantry.rbac_facts_of($1, $2);
          other jsonb;
        begin
          if own is null or not coalesce(acting ? 'onBehalfOf', false) then
            return own;
          end if;
          other := coalesce(tenantry.rbac_facts_of($1, ${userOf(names, ddl`(acting ->> 'onBehalfOf')`)}),
            '{"permissions": [], "roles": [], "resources": {}}');
          return jsonb_build_object('version', own -> 'version',
            'permissions', coalesce((select jsonb_agg(k order by k) from jsonb_array_elements_text(own -> 'permissions') k
              where other -> 'permissions' ? k), '[]'),
            'roles', coalesce((select jsonb_agg(k order by k) from jsonb_array_elements_text(own -> 'roles') k
              where other -> 'roles' ? k), '[]'),
            'resources', coalesce((
              with each as (
                select distinct t.key as type, i.key as id, k as permission
                from (values (own), (other)) f (facts), jsonb_each(f.facts -> 'resources') t, jsonb_each(t.value) i,
                  jsonb_array_elements_text(i.value) k
              ),
              both_have as (
                select e.* from each e
                where (own -> 'permissions' ? e.permission or coalesce(own #> array['resources', e.type, e.id] ? e.permission, false))
                  and (other -> 'permissions' ? e.permission or coalesce(other #> array['resources', e.type, e.id] ? e.permission, false))
              )
              select jsonb_object_agg(t.type, t.ids) from (
                select i.type, jsonb_object_agg(i.id, i.keys) as ids from (
                  select b.type, b.id, jsonb_agg(b.permission order by b.permission) as keys from both_have b group by 1, 2
                ) i group by 1
              ) t
            ), '{}'));
        end
      `,
      { volatility: 'stable', parallel: inWorkers(names) },
    ),
    ...atHome(
      names,
      ddl`my_permissions() returns jsonb`,
      ddl`
        declare
          at_home constant ${tenantType} := (${names.currentTenant});
        begin
          return tenantry.rbac_facts(at_home, ${names.actingUser});
        end
      `,
      { volatility: 'stable', callers: [names.app] },
    ),
  ];
}
