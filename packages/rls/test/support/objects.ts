import type pg from 'pg';

/**
 * The functions of schema tenantry, the triggers, and the foreign keys that carry the comment of
 * `reference(t, …)`, as titles in order.
 */
export async function objectsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ title: string }>(`
    select format('function %s.%s(%s)', n.nspname, p.proname,
      (select coalesce(string_agg(format_type(t, null), ', ' order by i), '') from unnest(p.proargtypes) with ordinality a (t, i))) as title
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'tenantry'
    union all
    select format('trigger %s.%s.%s', n.nspname, c.relname, t.tgname)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgparentid = 0 and not c.relispartition
    union all
    select format('foreign key %s.%s.%s', n.nspname, c.relname, k.conname)
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where obj_description(k.oid, 'pg_constraint') like 'tenantry%' and k.conparentid = 0`);
  return rows.map(({ title }) => title).sort();
}
