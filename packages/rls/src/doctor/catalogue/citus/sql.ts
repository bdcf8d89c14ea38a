import { join, literal } from '@tenantry/core/sql';

/** Whether this node is a worker. */
export const isWorkerSql = `
select exists (select from pg_catalog.pg_dist_local_group where groupid <> 0) as "isWorker"`;

/** The tables that Citus knows. */
export const citusTablesSql = `
select p.logicalrelid::pg_catalog.oid as "table", p.colocationid::int as "group",
  case when p.partmethod <> 'n' then 'distributed' when p.repmodel = 't' then 'reference'
    when p.colocationid > 0 then 'distributed' else 'local' end as kind,
  case when p.partkey is not null then pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) end as "column"
from pg_catalog.pg_dist_partition p`;

/** The answers of all nodes to one query, which returns one JSON value. $1: that query. */
export const citusNodesSql = `
select coalesce(n.nodename || ':' || n.nodeport, 'the coordinator') as name, coalesce(n.groupid = 0, true) as coordinator,
  coalesce(n.shouldhaveshards, true) as "takesShards", r.success, r.result,
  (select pg_catalog.count(*)::int from pg_catalog.pg_dist_placement l join pg_catalog.pg_dist_shard s using (shardid)
    join pg_catalog.pg_dist_partition p using (logicalrelid)
    where l.groupid = coalesce(n.groupid, 0) and p.partmethod <> 'n') as shards
from pg_catalog.run_command_on_all_nodes($1, true, true) r left join pg_catalog.pg_dist_node n using (nodeid)
order by n.groupid`;

/** The triggers of a relation c, by what they do; those of a partition come from its parent. */
const triggersOf = `
  select x.*, pg_catalog.concat(nullif(x.state, 'enable') || ' ', x.deferred,
    replace(substr(x.made, strpos(x.made, ' ' || quote_ident(x.tgname) || ' ') + length(quote_ident(x.tgname)) + 2), pg_catalog.format(' ON %I.%I ', x.nspname, c.relname), ' ')) as does
  from (select t.tgname, s.nspname, pg_catalog.pg_get_triggerdef(t.oid) as made, case when t.tgconstraint <> 0 then 'constraint ' end as deferred,
      case t.tgenabled when 'O' then 'enable' when 'A' then 'enable always' when 'R' then 'enable replica' else 'disable' end as state
    from pg_catalog.pg_trigger t join pg_catalog.pg_namespace s on s.oid = c.relnamespace
    where t.tgrelid = c.oid and not t.tgisinternal and t.tgparentid = 0) x`;

/** What others than its owner may do with a relation c, and with its columns. */
const grantsOf = `
  select coalesce(pg_catalog.array_agg(x.may order by x.may), '{}')
  from (select pg_catalog.concat(case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee)::text end, ': ', a.privilege_type,
      ' (' || g.attname || ')', o.option) as may
    from (select c.relacl as acl, null::name as attname
      union all select t.attacl, t.attname from pg_catalog.pg_attribute t where t.attrelid = c.oid and t.attacl is not null) g
    cross join lateral pg_catalog.aclexplode(g.acl) a cross join (values (''), (' with grant option')) o (option)
    where a.grantee <> c.relowner and (a.is_grantable or o.option = '')) x`;

/**
 * What one node says of itself. Shards are hidden from a query of a client, and not from one that Citus
 * runs for it.
 * @param roles whose attributes are asked for, besides those of the owners
 */
export const nodeSql = (roles: readonly string[]): string => `
with relations as (
  select p.logicalrelid::oid as logical, p.logicalrelid::oid as oid, false as shard from pg_catalog.pg_dist_partition p
  union all
  select s.logicalrelid::oid, pg_catalog.to_regclass(pg_catalog.shard_name(s.logicalrelid, s.shardid))::oid, true
  from pg_catalog.pg_dist_shard s join pg_catalog.pg_dist_placement l using (shardid)
    join pg_catalog.pg_dist_local_group g using (groupid)
), facts as (
  select r.logical, r.shard, c.relname::text as name, c.relowner, c.relrowsecurity as rls, c.relforcerowsecurity as forced,
    (select coalesce(pg_catalog.jsonb_object_agg(p.polname, pg_catalog.concat_ws(' ', 'for',
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end, 'to',
        (select pg_catalog.string_agg(case o when 0 then 'public' else pg_catalog.pg_get_userbyid(o)::text end, ', ' order by o)
          from pg_catalog.unnest(p.polroles) o),
        'using ' || pg_catalog.pg_get_expr(p.polqual, c.oid), 'with check ' || pg_catalog.pg_get_expr(p.polwithcheck, c.oid))), '{}')
      from pg_catalog.pg_policy p where p.polrelid = c.oid) as policies,
    (select coalesce(pg_catalog.jsonb_object_agg(t.does, case when not r.shard then pg_catalog.jsonb_build_object('name', t.tgname, 'sql', t.made, 'state', t.state) end), '{}')
      from (${triggersOf}) t) as triggers,
    (${grantsOf}) as grants
  from relations r join pg_catalog.pg_class c on c.oid = r.oid
), alike as (
  select n.nspname as schema, c.relname as "table", f.shard, f.rls, f.forced, f.policies, f.triggers, f.grants,
    pg_catalog.array_agg(f.name order by f.name) as names
  from facts f join pg_catalog.pg_class c on c.oid = f.logical join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  group by 1, 2, 3, 4, 5, 6, 7, 8
)
select pg_catalog.jsonb_build_object(
  'unsafeTriggers', coalesce(pg_catalog.current_setting('citus.enable_unsafe_triggers', true) = 'on', false),
  'roles', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', r.rolname, 'superuser', r.rolsuper,
      'bypassRls', r.rolbypassrls, 'canLogin', r.rolcanlogin) order by r.rolname), '[]')
    from pg_catalog.pg_roles r where r.rolname in (${join(roles.map((role) => literal(role))).sql}) or r.oid in (select relowner from facts)),
  'functions', (select coalesce(pg_catalog.jsonb_object_agg(p.oid::pg_catalog.regprocedure::text,
      pg_catalog.concat_ws(' ', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
        case when p.prosecdef then 'definer' end,
        pg_catalog.md5(pg_catalog.concat(p.prosrc, pg_catalog.pg_get_function_sqlbody(p.oid), p.proconfig)))), '{}')
    from pg_catalog.pg_proc p where p.oid in (select d.refobjid from pg_catalog.pg_depend d join facts f on true
      join pg_catalog.pg_policy y on y.oid = d.objid and y.polrelid = f.logical
      where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass)),
  'relations', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a) order by a.schema, a."table", a.shard, a.names), '[]') from alike a))`;
