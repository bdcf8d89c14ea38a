import type { EndOfMove } from './end.ts';
import { actFor } from './tenant-session.ts';

/** The sequences of the packages that belong to no column: all in the schema of the tenancy but the epoch. */
const ownSql = `
select c.oid::text as oid, c.relname as name, pg_catalog.pg_sequence_last_value(c.oid::regclass)::text as value
from pg_catalog.pg_class c
where c.relkind = 'S' and c.oid <> $name$tenantry.route_epoch$name$::regclass
  and c.relnamespace = (select e.relnamespace from pg_catalog.pg_class e where e.oid = $name$tenantry.route_epoch$name$::regclass)
  and not exists (select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0)`;

/**
 * Lets the sequences of the packages go on above those of the source. Rows keep what they gave: a tenant whose
 * last fencing token is larger than all that the target gives would never be synced again.
 */
export async function raiseOwnSequences(source: EndOfMove, target: EndOfMove): Promise<void> {
  type Own = { readonly oid: string; readonly name: string; readonly value: string | null };
  await actFor(source, []);
  await actFor(target, []);
  const given = new Map((await source.query<Own>(ownSql)).map(({ name, value }) => [name, value]));
  for (const { oid, name, value } of await target.query<Own>(ownSql)) {
    const last = given.get(name) ?? null;
    if (last !== null && BigInt(last) > BigInt(value ?? 0))
      await target.query('select pg_catalog.setval($1::oid::regclass, $2::bigint)', [oid, last]);
  }
}
