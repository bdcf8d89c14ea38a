import { type Ddl, ddl, join, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { asMigrator, type LogColumn, type LogNames } from '../names.ts';

/** The columns that an erasure sets, and the condition for an entry. */
export interface Erasing {
  readonly set: readonly (readonly [column: LogColumn, value: Ddl])[];
  readonly concerned: Ddl;
}

/** An erasure that goes from tenant to tenant: an UPDATE of all of them would not meet its permits. */
export function eraseByTenantFunctions(
  names: LogNames,
  { set, concerned }: Erasing,
): SqlFunction[] {
  const { log, columns: c, idType } = names;
  // a bare null has no type
  const typed = (column: LogColumn, value: Ddl) => (column === 'salt' ? ddl`null::bytea` : value);
  const fresh = (column: LogColumn) => name(`new_${column}`);
  return [
    sqlFunction(
      ddl`audit_concerned(person text, resources text[]) returns setof ${idType}`,
      {},
      ddl`
        begin
          return query select distinct l.${c.tenant} from ${log} l where ${concerned};
        end
      `,
    ),
    sqlFunction(
      ddl`audit_erase_rows(of_tenant ${idType}, person text, resources text[]) returns bigint`,
      {},
      ddl`
        declare
          each record;
          erased bigint := 0;
        begin
          -- an UPDATE of shards computes nothing
          for each in select l.${c.createdAt}, l.${c.id}, ${join(set.map(([column, value]) => ddl`${typed(column, value)} as ${fresh(column)}`))}
            from ${log} l where l.${c.tenant} = of_tenant and (${concerned})
          loop
            update ${log} l set ${join(set.map(([column]) => ddl`${c[column]} = each.${fresh(column)}`))}
            where l.${c.tenant} = of_tenant and l.${c.createdAt} = each.${c.createdAt} and l.${c.id} = each.${c.id};
            erased := erased + 1;
          end loop;
          return erased;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_erase(only_tenant ${idType}, person text, resources text[], why text) returns table (tenant ${idType}, entries bigint)`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        declare
          each ${idType};
          held text;
        begin
          for each in select t from tenantry.audit_concerned(person, resources) t where only_tenant is null or t = only_tenant order by 1 loop
            select h.reason into held from tenantry.audit_holds h where h.tenant = each and h.released_at is null;
            if held is not null then
              raise exception 'AUDIT_ON_HOLD: a hold, for: %', held using errcode = 'TN001', detail = '{}';
            end if;
            perform tenantry.audit_permit(each, true);
            tenant := each;
            entries := tenantry.audit_erase_rows(each, person, resources);
            perform tenantry.audit_permit(each, false);
            -- the entry of the erasure does not name the person
            perform tenantry.audit_own_entry(each, 'audit.erased', jsonb_build_object('entries', entries), why);
            return next;
          end loop;
        end
      `,
    ),
  ];
}
