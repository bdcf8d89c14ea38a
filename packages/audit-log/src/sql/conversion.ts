import { type Ddl, ddl, literal, sqlLiteral } from '@tenantry/core/sql';
import { contentHash } from './content-hash.ts';
import type { LogNames } from './names.ts';
import { partitionStem } from './partitions.ts';

/**
 * Converts the plain table of drizzle-kit to a partitioned table of the same name, with its indexes,
 * constraints, policies, rights and triggers. No row is moved: the old table becomes the partition up to
 * the end of this month. It is idempotent.
 */
export function conversionSql(names: LogNames): Ddl {
  const { log, table, rows } = names;
  const old = `${partitionStem(names)}_before`;
  const oldTable: Ddl = { sql: `tenantry."${old}"` };
  return ddl`
    do $tenantry$
    declare
      was oid := ${sqlLiteral(log)}::regclass;
      statements text[] := '{}';
      each record;
      filled boolean;
      until timestamptz;
    begin
      if exists (select from pg_constraint where conrelid = was and contype = 'f' and confdeltype in ('c', 'n', 'd')) then
        raise exception '% has a foreign key that deletes or changes entries with other rows', ${literal(table.name)} using errcode = '55000',
          hint = 'Drop the key: retention decides how long entries live.';
      end if;
      if (select relkind from pg_class where oid = was) = 'p' then return; end if;
      for each in select distinct r.ev_class::regclass as view from pg_depend d join pg_rewrite r on r.oid = d.objid
        where d.refobjid = was and d.classid = 'pg_rewrite'::regclass and d.deptype = 'n'
      loop
        raise exception 'view % reads %, which is about to be partitioned', each.view, ${literal(table.name)} using errcode = '55000',
          hint = 'Drop the view, migrate, and create it again.';
      end loop;

      -- ACCESS EXCLUSIVE until the end of the migration; lock_timeout bounds the wait for it
      lock table ${log} in access exclusive mode;
      ${remember(log)}
      for each in select tgname from pg_trigger where tgrelid = was and not tgisinternal loop
        execute format('drop trigger %I on ${log}', each.tgname);
      end loop;
      alter table ${log} set schema tenantry;
      alter table tenantry.${{ sql: log.sql.slice(log.sql.indexOf('.') + 1) }} rename to ${{ sql: `"${old}"` }};
      create table ${log} (like ${oldTable} including defaults including constraints including generated including identity including storage including comments)
        partition by range (${names.columns.createdAt});
      for i in 1 .. cardinality(statements) loop
        execute statements[i];
      end loop;

      alter table ${oldTable} ${rows.force.off};
      execute $sql$select exists (select from ${oldTable})$sql$ into filled;
      if filled then
        ${adopt(names, oldTable)}
        insert into tenantry.audit_partitions values (${literal(old)}, '-infinity', until) on conflict (partition) do update set to_at = excluded.to_at;
        execute format($sql$alter table ${log} attach partition ${oldTable} for values from (minvalue) to (%L)$sql$, until);
        for each in select polname from pg_policy where polrelid = ${sqlLiteral(oldTable)}::regclass loop
          execute format($sql$drop policy %I on ${oldTable}$sql$, each.polname);
        end loop;
        perform tenantry.audit_protect(${sqlLiteral(oldTable)}::regclass);
      else
        drop table ${oldTable};
      end if;
    end
    $tenantry$;
  `;
}

/** Existing entries get a salt and a content hash, and the first seals cover them. */
function adopt(names: LogNames, old: Ddl): Ddl {
  const { columns: c } = names;
  const row = (column: keyof typeof c) => ddl`l.${c[column]}`;
  return ddl`update ${old} l set ${c.salt} = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) where l.${c.contentHash} is null;
        update ${old} l set ${c.contentHash} = ${contentHash(names, row)} where l.${c.contentHash} is null;
        until := (date_trunc('month', (select greatest(max(l.${c.createdAt}), clock_timestamp()) from ${old} l) at time zone 'UTC') + interval '1 month') at time zone 'UTC';`;
}

/**
 * The statements that recreate the objects of the table with the same names, so that drizzle-kit finds no
 * change.
 */
export const remember = (
  log: Ddl,
): Ddl => ddl`for each in select conname, pg_get_constraintdef(oid) as definition from pg_constraint
        where conrelid = was and contype in ('p', 'u', 'f') order by contype desc, conname
      loop
        statements := statements || format('alter table ${log} add constraint %I %s', each.conname, each.definition);
      end loop;
      for each in select pg_get_indexdef(i.indexrelid) as definition from pg_index i
        where i.indrelid = was and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
      loop
        statements := statements || each.definition;
      end loop;
      for each in select * from pg_policies where (schemaname, tablename) = (select relnamespace::regnamespace::text, relname from pg_class where oid = was) loop
        statements := statements || format('create policy %I on ${log} as %s for %s to %s%s%s', each.policyname, each.permissive, each.cmd,
          (select string_agg(case when r = 'public' then r else quote_ident(r) end, ', ') from unnest(each.roles) r),
          ' using (' || each.qual || ')', ' with check (' || each.with_check || ')');
      end loop;
      for each in select acl.grantee, acl.privilege_type, acl.is_grantable from pg_class c, aclexplode(c.relacl) acl
        where c.oid = was and acl.grantee <> c.relowner
      loop
        statements := statements || format('grant %s on ${log} to %s%s', each.privilege_type,
          case when each.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(each.grantee)) end,
          case when each.is_grantable then ' with grant option' end);
      end loop;
      for each in select pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = was and not tgisinternal loop
        statements := statements || each.definition;
      end loop;
      if (select relrowsecurity from pg_class where oid = was) then
        statements := statements || 'alter table ${log} enable row level security'::text;
      end if;
      if (select relforcerowsecurity from pg_class where oid = was) then
        statements := statements || 'alter table ${log} force row level security'::text;
      end if;`;
