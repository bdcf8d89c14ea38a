import { type Ddl, ddl, literal, name, sqlLiteral } from '@tenantry/core/sql';
import { remember } from '../conversion.ts';
import type { LogNames } from '../names.ts';

/**
 * Makes the empty table of drizzle-kit anew as a partitioned one, before it is distributed with its
 * partitions. A log that has entries was partitioned before it was distributed.
 */
export function emptyConversionSql({ log, table, columns: c, tenancy }: LogNames): Ddl {
  const before = name(table.schema, 'tenantry_audit_before');
  return ddl`
    do $tenantry$
    declare
      was oid := ${sqlLiteral(log)}::regclass;
      statements text[] := '{}';
      each record;
    begin
      if (select relkind from pg_class where oid = was) = 'p' then return; end if;
      if exists (select 1 from ${log}) then
        raise exception '% has entries and is not partitioned', ${literal(table.name)} using errcode = '55000',
          hint = 'Migrate with dialect postgres first, then run: npx tenantry distribute';
      end if;
      ${remember(log)}
      alter table ${log} rename to tenantry_audit_before;
      create table ${log} (like ${before} including defaults including constraints including generated including identity including storage including comments)
        partition by range (${c.createdAt});
      drop table ${before};
      for i in 1 .. cardinality(statements) loop
        execute statements[i];
      end loop;
      perform create_distributed_table(${sqlLiteral(log)}, ${literal(table.property(tenancy.property))}, colocate_with => ${sqlLiteral({ sql: 'tenantry.audit_seals' })});
    end
    $tenantry$;
  `;
}
