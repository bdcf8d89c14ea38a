import { type Ddl, ddl, functionsSql, join, literal, name, sqlFunction } from '@tenantry/core/sql';
import type { Distribution } from './distribution.ts';

/**
 * `tenantry.distribute_table(called, by_column, colocated)` distributes a table; without a column it puts it
 * on every node. Its triggers are off meanwhile: Citus copies the rows, and each would fire them again.
 */
const distributeTable = sqlFunction(
  ddl`distribute_table(called regclass, by_column text, colocated text) returns void`,
  {},
  ddl`
    declare
      triggers constant text[] := array(
        select format('alter table %s enable %s trigger %I', called, case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, t.tgname)
        from pg_trigger t where t.tgrelid = called and not t.tgisinternal and t.tgenabled <> 'D');
      enabled text;
    begin
      raise notice 'distributing %', called;
      execute format('alter table %s disable trigger user', called);
      if by_column is null then
        perform create_reference_table(called);
      else
        perform create_distributed_table(called, by_column, colocate_with => colocated);
      end if;
      foreach enabled in array triggers loop
        execute enabled;
      end loop;
    end
  `,
);

/**
 * `tenantry.distribute_tables(references, tables, columns)` puts tables on every node, and distributes
 * others by tenant. What is distributed stays as it is. A foreign key may neither stand between a table on
 * the coordinator and one on the workers, nor be made in parallel with its tables, so those of the new
 * tables are taken down and made again.
 */
const distributeTables = sqlFunction(
  ddl`distribute_tables(of_all text[], of_tenants text[], tenant_columns text[]) returns void`,
  {},
  ddl`
    declare
      waiting constant regclass[] := array(select t::regclass from unnest(of_all || of_tenants) t
        where not exists (select from pg_dist_partition where logicalrelid = t::regclass));
      foreign_keys jsonb := '[]';
      each record;
    begin
      if waiting = '{}' then return; end if;
      perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
      for each in
        select conrelid::regclass as on_table, conname, pg_get_constraintdef(oid) as definition, obj_description(oid, 'pg_constraint') as mark
        from pg_constraint where contype = 'f' and conparentid = 0 and (conrelid = any (waiting) or confrelid = any (waiting))
        order by conrelid, conname
      loop
        foreign_keys := foreign_keys || to_jsonb(each);
        execute format('alter table %s drop constraint %I', each.on_table, each.conname);
      end loop;
      for each in select t::regclass as called from unnest(of_all) t where t::regclass = any (waiting) loop
        perform tenantry.distribute_table(each.called, null, null);
      end loop;
      for each in select t::regclass as called, c as by_column, i
        from unnest(of_tenants, tenant_columns) with ordinality u (t, c, i) where t::regclass = any (waiting) order by i
      loop
        perform tenantry.distribute_table(each.called, each.by_column, case when each.i = 1 then 'none' else of_tenants[1] end);
      end loop;
      for each in select * from jsonb_to_recordset(foreign_keys) k (on_table text, conname text, definition text, mark text) loop
        execute format('alter table %s add constraint %I %s', each.on_table, each.conname, each.definition);
        if each.mark is not null then
          execute format('comment on constraint %I on %s is %L', each.conname, each.on_table, each.mark);
        end if;
      end loop;
    end
  `,
);

/** The function that distributes tables. */
export const distributeFunctionSql: Ddl = functionsSql([distributeTable, distributeTables]);

/**
 * After statements on many connections Citus makes no function in the same transaction, and a migrator runs
 * all that is new in one: the login that migrates uses one connection a node, from its next session on.
 */
export const oneConnectionSql: Ddl = ddl`
  do $tenantry$
  begin
    execute format('alter role %I in database %I set citus.multi_shard_modify_mode = sequential', current_user, current_database());
  end
  $tenantry$;
`;

/** Emits `select tenantry.distribute_tables(array['"public"."plans"'], array['"public"."organizations"', …], array['id', …])`. */
export const distributeSql = ({ references, distributed }: Distribution): Ddl[] =>
  distributeByName(
    references.map((table) => name(table.schema, table.name).sql),
    distributed.map((table) => [name(table.schema, table.name).sql, table.column]),
  );

/** The same for quoted names of tables, those of tenants with their columns. */
export function distributeByName(
  references: readonly string[],
  distributed: readonly (readonly [table: string, column: string])[],
): Ddl[] {
  if (references.length === 0 && distributed.length === 0) return [];
  const texts = (list: readonly string[]) =>
    ddl`array[${join(list.map((text) => literal(text)))}]::text[]`;
  return [
    ddl`
      select tenantry.distribute_tables(
        ${texts(references)},
        ${texts(distributed.map(([table]) => table))},
        ${texts(distributed.map(([, column]) => column))});
    `,
  ];
}
