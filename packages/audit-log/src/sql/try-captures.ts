import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { tryingOnShards, tryOnShard } from './citus/try-captures.ts';
import { asMigrator, type LogNames } from './names.ts';

const tryHere = ddl`
  tried := case captured.event
    when 'INSERT' then 'insert into %1$s (%2$s) select %2$s from %1$s where false'
    when 'UPDATE' then 'update %1$s set %2$s = %2$s where false'
    else 'delete from %1$s where false' end;
`;

/**
 * Runs every capture once without rows, so that its statements are planned like at a customer's first
 * write. The caller rolls back, although nothing is changed. TRUNCATE is not tried, because it would lock
 * the table.
 */
export const tryCapturesFunction = (names: LogNames): SqlFunction => {
  const { distributed } = names;
  return sqlFunction(
    ddl`audit_try_captures() returns table (table_name text, operation text, sqlstate text, message text)`,
    { ...asMigrator, callers: [names.system], settings: [ddl`lock_timeout = '2s'`] },
    ddl`
      declare
        captured record;
        tried text;
        context text;
      begin
        ${distributed ? tryingOnShards(true) : ddl`perform set_config($name$tenantry.audit_try$name$, 'on', true);`}
        for captured in
          select t.tgrelid::regclass::text as target, e.event, (
            select quote_ident(a.attname) from pg_attribute a where a.attrelid = t.tgrelid and a.attnum > 0 and not a.attisdropped
              and a.attidentity = '' and a.attgenerated = '' order by a.attnum limit 1) as own, t.tgfoid::regprocedure::text as capture
          from pg_trigger t join pg_proc p on p.oid = t.tgfoid and p.pronamespace = $name$ tenantry $name$::regnamespace
            cross join unnest(array['INSERT', 'UPDATE', 'DELETE']) e (event)
          where t.tgname = 'tenantry_audit_insert' and not t.tgisinternal
          order by 1, 2
        loop
          ${distributed ? tryOnShard(names) : tryHere}
          begin
            execute format(tried, captured.target, captured.own);
          exception when others then
            get stacked diagnostics context = pg_exception_context;
            -- an error of another trigger is not reported here, whatever its function is called
            if strpos(context, captured.capture) > 0 and sqlstate !~ '^(TN|28)' then
              audit_try_captures.sqlstate := sqlstate;
              table_name := captured.target; operation := captured.event; message := sqlerrm;
              return next;
            end if;
          end;
        end loop;
        ${distributed ? tryingOnShards(false) : ddl`perform set_config($name$tenantry.audit_try$name$, '', true);`}
      end
    `,
  );
};
