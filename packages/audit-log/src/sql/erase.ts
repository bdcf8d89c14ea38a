import { type Ddl, ddl, join, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { type Erasing, eraseByTenantFunctions } from './citus/erase.ts';
import { type CommittedField, committed, committedFields, fieldSalt } from './content-hash.ts';
import { asMigrator, type LogNames } from './names.ts';

/**
 * Replaces the data that identify a person by commitments. The content hash stays valid, and without the
 * salt nobody can test values against a commitment.
 */
export function eraseFunctions(names: LogNames): SqlFunction[] {
  const erasing = readErasing(names);
  return names.distributed
    ? eraseByTenantFunctions(names, erasing)
    : [eraseRows(names, erasing), eraseFunction(names)];
}

/** The condition for erasing a field of a row. */
const concerns = ({ columns: c }: LogNames, { key }: CommittedField): Ddl => {
  const acted = ddl`(l.${c.actorType} = 'user' and l.${c.actorId} = person)`;
  const behalf = ddl`(l.${c.onBehalfOf} = person)`;
  const about = ddl`(l.${c.resourceType} = any (resources) and l.${c.resourceId} = person)`;
  switch (key) {
    case 'actor':
      return acted;
    case 'onBehalfOf':
      return behalf;
    case 'personal':
      return ddl`(${acted} or ${behalf} or ${about})`;
  }
};

function readErasing(names: LogNames): Erasing {
  const { columns: c } = names;
  const row = (column: keyof typeof c) => ddl`l.${c[column]}`;
  // the actor always has a commitment, the other fields only with a value
  const there = ({ key }: CommittedField) =>
    key === 'actor' ? ddl`true` : ddl`${row(key)} is not null`;
  const known = (kind: string, key: string) =>
    ddl`(${row('erased')} -> ${literal(kind)} ->> ${literal(key)})`;
  const goes = (field: CommittedField) =>
    ddl`(coalesce(${concerns(names, field)}, false) and ${there(field)})`;
  const stays = (field: CommittedField) =>
    ddl`(not coalesce(${concerns(names, field)}, false) and ${there(field)} and ${known('commitments', field.key)} is null)`;
  // a field that an earlier erasure kept has its salt there
  const salt = (field: CommittedField) =>
    ddl`coalesce(decode(${known('salts', field.key)}, 'hex'), ${fieldSalt(field, row)})`;
  const commitments = committedFields.map(
    (field) =>
      ddl`${literal(field.key)}, coalesce(${known('commitments', field.key)}, case when ${goes(field)} then ${committed(field, row, salt(field))} end)`,
  );
  const salts = committedFields.map(
    (field) =>
      ddl`${literal(field.key)}, case when ${stays(field)} then encode(${salt(field)}, 'hex') end`,
  );
  const any = join(committedFields.map(goes), ' or ');
  const cleared = committedFields.flatMap((field) =>
    field.columns.map(
      (column) =>
        [column, ddl`case when ${goes(field)} then null else ${row(column)} end`] as const,
    ),
  );
  return {
    concerned: any,
    set: [
      [
        'erased',
        ddl`jsonb_strip_nulls(jsonb_build_object(
  'commitments', jsonb_build_object(${join(commitments)}),
  'salts', jsonb_build_object(${join(salts)})))`,
      ],
      ['salt', ddl`null`],
      ...cleared,
    ],
  };
}

function eraseRows(
  { log, columns: c, idType, writer }: LogNames,
  { set, concerned }: Erasing,
): SqlFunction {
  return sqlFunction(
    ddl`audit_erase_rows(only_tenant ${idType}, person text, resources text[]) returns table (tenant ${idType}, entries bigint)`,
    { owner: writer },
    ddl`
      begin
        return query
          with erasing as (
            update ${log} l set
              ${join(
                set.map(([column, value]) => ddl`${c[column]} = ${value}`),
                ',\n',
              )}
            where (only_tenant is null or l.${c.tenant} = only_tenant) and (${concerned})
            returning l.${c.tenant} as t)
          select e.t, count(*) from erasing e group by 1 order by 1;
      end
    `,
  );
}

function eraseFunction(names: LogNames): SqlFunction {
  const { idType } = names;
  return sqlFunction(
    ddl`audit_erase(only_tenant ${idType}, person text, resources text[], why text) returns table (tenant ${idType}, entries bigint)`,
    { ...asMigrator, callers: [names.system] },
    ddl`
      declare
        held text;
      begin
        perform tenantry.audit_permit(true);
        for tenant, entries in select * from tenantry.audit_erase_rows(only_tenant, person, resources) loop
          select h.reason into held from tenantry.audit_holds h where h.tenant = audit_erase.tenant and h.released_at is null;
          if held is not null then
            raise exception 'AUDIT_ON_HOLD: a hold, for: %', held using errcode = 'TN001', detail = '{}';
          end if;
          -- the entry of the erasure does not name the person
          perform tenantry.audit_own_entry(tenant, 'audit.erased', jsonb_build_object('entries', entries), why);
          return next;
        end loop;
        perform tenantry.audit_permit(false);
      end
    `,
  );
}
