import type { Tenancy } from '@tenantry/core';
import {
  actorOfTransaction,
  type Ddl,
  ddl,
  type EntryFacts,
  join,
  name,
  sqlLiteral,
} from '@tenantry/core/sql';
import { stale } from './stale.ts';
import { definer, type Names, userOf } from './tables.ts';
import { raise } from './triggers.ts';

/**
 * Whether parallel workers may read the actor. They have the settings of their leader but other process
 * ids, so they would reject a valid signature.
 */
const inWorkers = ({ tenancy }: Names): Ddl => ({
  sql: tenancy.context === 'signed' ? 'restricted' : 'safe',
});

/**
 * The functions that policies call: `tenantry.can(permission)` and, for roles assigned for one resource,
 * `tenantry.allowed_ids(permission, resource)`. Each reads one row by its primary key. They are plpgsql,
 * because the body of an SQL function would be planned again for every statement.
 *
 * Impersonation grants the intersection of both users' permissions.
 */
export function canSql(names: Names): Ddl {
  const { permissions: p, tenantType, userType, currentTenant } = names;
  const user = (key: string) => userOf(names, ddl`(acting ->> ${{ sql: `'${key}'` }})`);
  const begin = ddl`
      acting constant jsonb := ${actorOfTransaction};
      at_home constant ${tenantType} := (${currentTenant});
    begin
      if acting ->> 'user' is null then
        ${raise('ACTOR_MISSING', ddl`$1`, ddl`jsonb_build_object('permission', $1)`)}
      end if;`;
  return ddl`
    create or replace function tenantry.rbac_has(tenant ${tenantType}, member ${userType}, permission text) returns boolean
    language plpgsql stable security definer parallel safe
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      has boolean;
      ends timestamptz;
    begin
      select $3 = any (d.permissions), d.valid_until into has, ends
      from tenantry.member_permissions d where d.tenant_id = $1 and d.user_id = $2;
      -- a grant that has ended while nobody wrote, or a row that waits to be worked out
      if ends <= statement_timestamp() and (has or ends = ${stale}) then
        select $3 = any (e.permissions) into has from tenantry.rbac_effective($1, array[$2]) e;
      end if;
      return coalesce(has, false);
    end
    $tenantry$;
    ${definer(names, `tenantry.rbac_has(${tenantType.sql}, ${userType.sql}, text)`)}

    create or replace function tenantry.can(text) returns boolean
    language plpgsql stable security definer parallel ${inWorkers(names)}
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
    ${begin}
      if tenantry.rbac_has(at_home, ${user('user')}, $1)
        and (not acting ? 'onBehalfOf' or tenantry.rbac_has(at_home, ${user('onBehalfOf')}, $1)) then
        return true;
      end if;
      if not exists (select from ${p.target} p where p.${p.c('key')} = $1) then
        ${raise('PERMISSION_UNKNOWN', ddl`$1`, ddl`jsonb_build_object('permission', $1)`)}
      end if;
      return false;
    end
    $tenantry$;
    ${definer(names, 'tenantry.can(text)', [names.app, names.system])}

    create or replace function tenantry.allowed_ids(text, text) returns text[]
    language plpgsql stable security definer parallel ${inWorkers(names)}
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      facts jsonb;
    ${begin}
      facts := tenantry.rbac_facts(at_home, ${user('user')});
      return array(select r.key from jsonb_each(facts -> 'resources' -> $2) r where r.value ? $1);
    end
    $tenantry$;
    ${definer(names, 'tenantry.allowed_ids(text, text)', [names.app, names.system])}
  `;
}

/**
 * `tenantry.rbac_facts(tenant, member)`: the facts of an entry, without expired grants; with
 * impersonation the intersection of both users' permissions.
 */
export function factsSql(names: Names): Ddl {
  const { tenantType, userType } = names;
  return ddl`
    create or replace function tenantry.rbac_facts_of(tenant ${tenantType}, member ${userType}) returns jsonb
    language plpgsql stable security definer parallel safe
    set search_path = pg_catalog, pg_temp
    as $tenantry$
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
    $tenantry$;
    ${definer(names, `tenantry.rbac_facts_of(${tenantType.sql}, ${userType.sql})`)}

    create or replace function tenantry.rbac_facts(tenant ${tenantType}, member ${userType}) returns jsonb
    language plpgsql stable security definer parallel ${inWorkers(names)}
    set search_path = pg_catalog, pg_temp
    as $tenantry$
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
    $tenantry$;
    ${definer(names, `tenantry.rbac_facts(${tenantType.sql}, ${userType.sql})`)}

    create or replace function tenantry.my_permissions() returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at_home constant ${tenantType} := (${names.currentTenant});
    begin
      return tenantry.rbac_facts(at_home, ${userOf(names, ddl`(${actorOfTransaction} ->> 'user')`)});
    end
    $tenantry$;
    ${definer(names, 'tenantry.my_permissions()', [names.app])}
  `;
}

/**
 * The facts of an entry: the stored row, or a computed one when a grant has expired or with
 * impersonation. Exactly the members have a row, which triggers insert and delete in the transaction of
 * the change, so it also serves as the membership check.
 */
export const entryFacts: EntryFacts = {
  sql: ddl`case
          when d.valid_until <= statement_timestamp() or on_behalf_of is not null
          then tenantry.rbac_facts(entry.tenant, entry.member)::text
          else d.entry
        end`,
  members: {
    from: ddl`tenantry.member_permissions d`,
    tenant: ddl`d.tenant_id`,
    member: ddl`d.user_id`,
  },
};

/**
 * Stubs of the functions that policies call, created before the first table; they refuse until the
 * package's functions replace them.
 */
export const foundationSql = (tenancy: Tenancy): Ddl => {
  const both = join([name(tenancy.roles.app), name(tenancy.roles.system)]);
  const stub = (signature: string, type: string) => ddl`
    do $tenantry$
    begin
      if to_regprocedure(${sqlLiteral({ sql: signature })}) is null then
        create function ${{ sql: signature }} returns ${{ sql: type }} language plpgsql stable
        set search_path = pg_catalog, pg_temp
        as $stub$ begin raise exception 'the functions of rbac are not there yet' using errcode = '42883'; end $stub$;
        revoke all on function ${{ sql: signature }} from public;
        grant execute on function ${{ sql: signature }} to ${both};
      end if;
    end
    $tenantry$;
  `;
  return ddl`
    ${stub('tenantry.can(text)', 'boolean')}
    ${stub('tenantry.allowed_ids(text, text)', 'text[]')}
  `;
};
