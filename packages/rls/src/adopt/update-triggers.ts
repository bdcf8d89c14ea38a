import type { LiveTable } from '../model/live.ts';

/** A trigger of the application that an UPDATE may fire. */
export interface UpdateTrigger {
  /** The oid of its table. */
  readonly table: number;
  readonly name: string;
  /** `pg_trigger.tgenabled`: O in usual sessions, R while rows are replicated, A in both. */
  readonly enabled: 'O' | 'R' | 'A';
  readonly isBefore: boolean;
  /** The columns of UPDATE OF; none for every UPDATE. */
  readonly columns: readonly string[];
}

// tgtype: 2 is BEFORE, 16 is UPDATE
export const updateTriggersSql = `
select t.tgrelid as "table", t.tgname::text as name, t.tgenabled::text as enabled, t.tgtype & 2 > 0 as "isBefore",
  array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr::int2[])) as columns
from pg_catalog.pg_trigger t
where not t.tgisinternal and t.tgtype & 16 > 0 and t.tgenabled <> 'D' and t.tgname !~ 'tenantry'`;

/** Those that filling the tenant column fires: in usual sessions, or with triggers silenced. */
export function firedByFilling(
  { triggers }: { readonly triggers: readonly UpdateTrigger[] },
  table: LiveTable,
  column: string | undefined,
  silenced: boolean,
): readonly UpdateTrigger[] {
  return triggers.filter(
    (each) =>
      each.table === table.oid &&
      each.enabled !== (silenced ? 'O' : 'R') &&
      (each.columns.length === 0 || each.columns.includes(column ?? '')),
  );
}
