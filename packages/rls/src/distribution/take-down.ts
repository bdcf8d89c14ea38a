import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';

/**
 * Waits for whoever uses tables, and takes down what Citus refuses to distribute: policies with a
 * sub-select, FORCE, and the triggers and foreign keys that `generate` made, which makes those of Citus
 * afterwards. Those of the application stay.
 *
 * @param tables quoted names; those that are not there are left out
 */
export const takeDownSql = (tables: readonly string[]): Ddl => ddl`
  do $tenantry$
  declare
    target regclass;
    called text;
  begin
    for target in
      select coalesce(p.relid, own) from unnest(array[${join(tables.map((table) => literal(table)))}]::text[]) t
      cross join lateral to_regclass(t) own left join lateral pg_partition_tree(own) p on true
      where own is not null order by 1
    loop
      execute format('lock table %s in access exclusive mode', target);
      execute format('alter table %s no force row level security', target);
      for called in select polname from pg_policy where polrelid = target loop
        execute format('drop policy %I on %s', called, target);
      end loop;
      for called in
        select tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where t.tgrelid = target and not t.tgisinternal and t.tgparentid = 0 and p.pronamespace = $name$ tenantry $name$::regnamespace
      loop
        execute format('drop trigger %I on %s', called, target);
      end loop;
      for called in
        select conname from pg_constraint where conrelid = target and contype = 'f' and conparentid = 0
          and obj_description(oid, 'pg_constraint') ~ '^tenantry(:[a-z-]+)? [0-9a-f]{16}$'
      loop
        execute format('alter table %s drop constraint %I', target, called);
      end loop;
    end loop;
  end
  $tenantry$;
`;

/**
 * Drops the functions of one server, which `generate` makes anew: on Citus some return something else, and
 * some are not there. What defaults and views call is replaced.
 */
export const dropFunctionsSql: Ddl = ddl`
  do $tenantry$
  declare
    called regprocedure;
  begin
    for called in select oid from pg_proc where pronamespace = $name$ tenantry $name$::regnamespace and prokind = 'f' loop
      begin
        execute format('drop function %s', called);
      exception when dependent_objects_still_exist then null;
      end;
    end loop;
  end
  $tenantry$;
`;
