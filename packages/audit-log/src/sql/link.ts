import {
  type Ddl,
  ddl,
  functionsSql,
  type SqlFunction,
  sqlFunction,
  sqlLiteral,
} from '@tenantry/core/sql';
import { guardTable } from './append-only.ts';
import { asMigrator, type LogNames } from './names.ts';

/**
 * The commit chain: a deferred trigger locks the head of the tenant's chain, so the row lock is held only
 * during the commit. There is no unsealed tail and no fork, because UPDATE … RETURNING reads the newest
 * head after waiting for the lock.
 */
export function linkSql(names: LogNames): Ddl[] {
  const { log, idType, system, app } = names;
  if (!names.linked) {
    return [ddl`drop trigger if exists tenantry_audit_link on ${log};`];
  }
  return [
    ddl`
      create table if not exists tenantry.audit_heads (
        tenant ${idType} primary key, position bigint not null, hash bytea not null
      );
      create table if not exists tenantry.audit_links (
        tenant ${idType} not null, position bigint not null, id uuid not null,
        content_hash bytea not null, hash bytea not null, primary key (tenant, position)
      );
      revoke all on tenantry.audit_heads, tenantry.audit_links from public, ${app}, ${system};
      grant select on tenantry.audit_heads, tenantry.audit_links to ${system};

      ${functionsSql([linkFunction(names), ...checkFunctions(names)])}

      do $tenantry$
      begin
        if not exists (select from pg_trigger where tgrelid = ${sqlLiteral(log)}::regclass and tgname = 'tenantry_audit_link') then
          create constraint trigger tenantry_audit_link after insert on ${log}
            deferrable initially deferred for each row execute function tenantry.audit_link();
        end if;
      end
      $tenantry$;
      alter table ${log} enable always trigger tenantry_audit_link;
    `,
    guardTable(names, ddl`tenantry.audit_links`),
  ];
}

const linkFunction = ({ columns: c }: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_link() returns trigger`,
    { ...asMigrator },
    ddl`
      declare
        head record;
      begin
        -- an entry that arrives from another database brings its link; the permit is the migrating login's alone
        if exists (select from tenantry.audit_permits p where p.transaction_id = pg_current_xact_id()::text::bigint) then
          return null;
        end if;
        insert into tenantry.audit_heads as h values (new.${c.tenant}, 1, sha256(decode('03', 'hex') || new.${c.contentHash}))
          on conflict (tenant) do update set position = h.position + 1, hash = sha256(decode('03', 'hex') || h.hash || new.${c.contentHash})
          returning h.position, h.hash into head;
        insert into tenantry.audit_links values (new.${c.tenant}, head.position, new.${c.id}, new.${c.contentHash}, head.hash);
        return null;
      end
    `,
  );

/** The first link of each tenant that does not follow from the one before it, or has lost its entry. */
function checkFunctions(names: LogNames): SqlFunction[] {
  const { log, columns: c, idType } = names;
  return [
    sqlFunction(
      ddl`audit_broken_links(only_tenant ${idType}) returns table (tenant ${idType}, id uuid, kind text)`,
      { ...asMigrator, volatility: 'stable', callers: [names.system] },
      ddl`
        begin
          return query
            with chain as (
              select k.tenant as t, k.id as entry, k.position, k.hash, k.content_hash,
                lag(k.hash) over w as previous, row_number() over w as place
              from tenantry.audit_links k where only_tenant is null or k.tenant = only_tenant
              window w as (partition by k.tenant order by k.position))
            select k.t, k.entry, 'link-changed' from chain k
            where k.hash <> sha256(decode('03', 'hex') || coalesce(k.previous, ''::bytea) || k.content_hash) or k.place <> k.position
            order by k.t, k.position limit 20;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_unlinked(only_tenant ${idType}) returns table (tenant ${idType}, id uuid, kind text)`,
      { volatility: 'stable', owner: names.system },
      ddl`
        begin
          return query
            select coalesce(l.${c.tenant}, k.tenant), coalesce(l.${c.id}, k.id),
              case when k.id is null then 'unlinked' when l.${c.id} is null then 'missing' else 'changed' end
            from tenantry.audit_links k
            full join (select * from ${log} e where only_tenant is null or e.${c.tenant} = only_tenant) l
              on l.${c.id} = k.id and l.${c.tenant} = k.tenant
            where (only_tenant is null or coalesce(l.${c.tenant}, k.tenant) = only_tenant)
              and l.${c.contentHash} is distinct from k.content_hash
            order by 1, k.position limit 20;
        end
      `,
    ),
  ];
}
