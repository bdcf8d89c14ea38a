import { type Ddl, ddl } from './ddl.ts';

/**
 * Refuses a search_path in which a schema comes before pg_catalog and has an operator, a function or a
 * type of a name that is there too: a policy that is created under it would keep that operator, whatever
 * the search_path is later. What an extension brings is trusted. Until the look is done, nothing but
 * pg_catalog is on the path.
 */
export const searchPathSql: Ddl = ddl`
  do $tenantry$
  declare
    given constant pg_catalog.text := pg_catalog.current_setting('search_path');
    searched constant pg_catalog.name[] := pg_catalog.current_schemas(false);
    shadow pg_catalog.text;
  begin
    perform pg_catalog.set_config('search_path', 'pg_catalog', true);
    with own as (
      select n.oid from unnest(searched[:array_position(searched, 'pg_catalog')]) s join pg_namespace n on n.nspname = s and s <> 'pg_catalog'
    ), named as (
      select 'pg_operator'::regclass as kind, oid, oprname as called, oprnamespace as space, 'operator ' || oid::regoperator as title from pg_operator
      union all select 'pg_proc'::regclass, oid, proname, pronamespace, 'function ' || oid::regprocedure from pg_proc
      union all select 'pg_type'::regclass, oid, typname, typnamespace, 'type ' || oid::regtype from pg_type where typrelid = 0
    )
    select title into shadow from named n where space in (select oid from own)
      and exists (select from named c where c.space = 'pg_catalog'::regnamespace and c.kind = n.kind and c.called = n.called)
      and not exists (select from pg_depend d where d.classid = n.kind and d.objid = n.oid and d.deptype = 'e')
    order by 1 limit 1;
    perform set_config('search_path', given, true);
    if shadow is not null then
      raise exception 'the search_path of the migrating login, %, finds % before pg_catalog', given, shadow using errcode = '55000',
        hint = pg_catalog.format('The policies would be made with it. Take pg_catalog out of the path, it then comes first by itself: alter role %I set search_path = public; or, where the database has it, alter database.', current_user);
    end if;
  end
  $tenantry$;
`;
