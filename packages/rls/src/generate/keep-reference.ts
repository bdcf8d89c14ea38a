import { type Ddl, ddl, functionsSql, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { Dialect } from '../dialect/dialect.ts';

/** The columns of a key, as its definition names them. */
const referenceColumns = sqlFunction(
  ddl`reference_columns(of_table oid, numbers smallint[]) returns text`,
  { volatility: 'stable' },
  ddl`
    begin
      return (select string_agg(format('"%s"', replace(attname, '"', '""')), ', ' order by i)
        from unnest(numbers) with ordinality k (number, i)
        join pg_attribute on attrelid = of_table and attnum = number);
    end
  `,
);

/** A foreign key as `keep_reference` is given it; null for one that has what those never have. */
const referenceDefinition = sqlFunction(
  ddl`reference_definition(reference oid) returns text`,
  { volatility: 'stable' },
  ddl`
    begin
      return (
        select format('foreign key (%s) references "%s"."%s" (%s) on delete %s',
          tenantry.reference_columns(conrelid, conkey), replace(nspname, '"', '""'), replace(relname, '"', '""'),
          tenantry.reference_columns(confrelid, confkey),
          case confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
            when 'n' then format('set null (%s)', tenantry.reference_columns(conrelid, confdelsetcols)) end)
        from pg_constraint c join pg_class t on t.oid = confrelid join pg_namespace n on n.oid = relnamespace
        where c.oid = reference and contype = 'f' and confupdtype = 'a' and confmatchtype = 's' and not condeferrable
      );
    end
  `,
);

/**
 * `tenantry.keep_reference(table, name, definition, mark)` makes a foreign key, or makes it anew where
 * the mark in its comment is another. One that says the same already, because a table of it was renamed,
 * only gets the mark.
 */
const keepReference = ({ force }: Dialect): SqlFunction =>
  sqlFunction(
    ddl`keep_reference(of_table regclass, own_name text, definition text, mark text) returns void`,
    {},
    ddl`
      declare
        standing oid := (select oid from pg_constraint where conrelid = of_table and conname = own_name);
        bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
        forced regclass[];
        each regclass;
      begin
        if obj_description(standing, 'pg_constraint') is distinct from mark then
          if tenantry.reference_definition(standing) is distinct from definition then
            if standing is not null then execute format('alter table %s drop constraint %I', of_table, own_name); end if;
            -- NOT VALID checks new rows at once and takes its lock only for a moment
            execute format('alter table %s add constraint %I %s not valid', of_table, own_name, definition);
          end if;
          execute format('comment on constraint %I on %s is %L', own_name, of_table, mark);
        end if;
        if (select convalidated from pg_constraint where conrelid = of_table and conname = own_name) then return; end if;
        -- the rows that were there are checked while others read and write; an owner whom the forced
        -- policies bind would see none of them, so for that moment they do not
        forced := array(select t.oid from pg_class t join pg_constraint c on t.oid in (c.conrelid, c.confrelid)
          where bound and t.relforcerowsecurity and c.conrelid = of_table and c.conname = own_name);
        foreach each in array forced loop execute format('alter table %s ${force.off}', each); end loop;
        execute format('alter table %s validate constraint %I', of_table, own_name);
        foreach each in array forced loop execute format('alter table %s ${force.on}', each); end loop;
      end
    `,
  );

/** The functions that foreign keys are made by. */
export const keepReferenceSql = (dialect: Dialect): Ddl =>
  functionsSql([referenceColumns, referenceDefinition, keepReference(dialect)]);
