import { type Ddl, ddl, join, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { asMigrator, type LogColumn, type LogNames } from './names.ts';
import { permitsOf } from './permits.ts';

/** The columns that an erasure may change. */
export const erasable: readonly LogColumn[] = [
  'actorId',
  'onBehalfOf',
  'ipAddress',
  'personal',
  'salt',
  'erased',
];

/**
 * The triggers that refuse changes of the log. Retention and erasure write a permit for their own
 * transaction into a table that only the migrating login can write. An owner can still drop the triggers;
 * the seals detect that.
 */
export function appendOnlyFunctions(names: LogNames): SqlFunction[] {
  const { give, declare, whenThere } = permitsOf(names);
  const erasableNames = join(erasable.map((column) => literal(names.table.property(column))));
  return [
    sqlFunction(
      ddl`audit_refuse() returns trigger`,
      { ...asMigrator },
      ddl`
        ${declare}
        begin
          ${whenThere(ddl`
            if tg_op = 'DELETE' then return old; end if;
            -- an erasure changes erasable columns only
            if to_jsonb(new) - array[${erasableNames}] = to_jsonb(old) - array[${erasableNames}] then return new; end if;
          `)}
          raise exception 'AUDIT_APPEND_ONLY: % on %', tg_op, tg_table_name using errcode = 'TN001', detail = '{}';
        end
      `,
    ),
    give,
  ];
}

/**
 * The triggers of an immutable table: seals, retirements, links. On Citus they leave out sessions that
 * replicate, because a shard that moves gets its rows by one.
 */
export const guardTable = ({ distributed }: LogNames, table: Ddl): Ddl =>
  distributed ? triggersOf(table) : always(table);

const triggersOf = (table: Ddl): Ddl => ddl`
  create or replace trigger tenantry_audit_refuse before update or delete on ${table}
    for each row execute function tenantry.audit_refuse();
  create or replace trigger tenantry_audit_refuse_truncate before truncate on ${table}
    for each statement execute function tenantry.audit_refuse();
`;

const always = (table: Ddl): Ddl => ddl`
  create or replace trigger tenantry_audit_refuse before update or delete on ${table}
    for each row execute function tenantry.audit_refuse();
  alter table ${table} enable always trigger tenantry_audit_refuse;
  create or replace trigger tenantry_audit_refuse_truncate before truncate on ${table}
    for each statement execute function tenantry.audit_refuse();
  alter table ${table} enable always trigger tenantry_audit_refuse_truncate;
`;
