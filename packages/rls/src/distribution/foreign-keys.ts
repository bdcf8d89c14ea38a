import { type Ddl, ddl, defaultSchema, literal, textInSchema } from '@tenantry/core/sql';
import type { DistributionClient } from './client.ts';

// A foreign key between a table on the coordinator and one on the workers is refused, so the keys of a
// table are written down and dropped before it is distributed, and made again when both ends are.

/** Where keys are written down. What is in it has been dropped and not made again. */
export const waitingKeysSql: Ddl = ddl`
  create table if not exists tenantry.waiting_foreign_keys (
    on_table text not null,
    name text not null,
    target text not null,
    definition text not null,
    mark text,
    primary key (on_table, name)
  );
  revoke all on tenantry.waiting_foreign_keys from public;
`;

const quoted = (oid: string) =>
  `(select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = ${oid})`;

/** Writes down and drops the keys of a table and those that point at it. */
export const takeDownSql = (table: string): Ddl => ddl`
  do $tenantry$
  declare
    each record;
  begin
    for each in
      select ${{ sql: quoted('conrelid') }} as on_table, conname, ${{ sql: quoted('confrelid') }} as target,
        pg_get_constraintdef(oid) as definition, obj_description(oid, 'pg_constraint') as mark
      from pg_constraint where contype = 'f' and conparentid = 0 and ${literal(table)}::regclass in (conrelid, confrelid)
      order by conrelid, conname
    loop
      insert into tenantry.waiting_foreign_keys values (each.on_table, each.conname, each.target, each.definition, each.mark);
      execute format('alter table %s drop constraint %I', each.on_table, each.conname);
    end loop;
  end
  $tenantry$;
`;

/** Makes the keys again whose two tables are distributed. @returns how many still wait */
export async function makeAgain(client: DistributionClient, schema: string): Promise<number> {
  const own = (text: string) => (schema === defaultSchema ? text : textInSchema(schema, text));
  const waiting = await client.query(
    own(`select on_table, name, definition, mark,
      (select count(*) from pg_catalog.pg_dist_partition where logicalrelid in (on_table::regclass, target::regclass)) =
        case when on_table = target then 1 else 2 end as ready
    from tenantry.waiting_foreign_keys order by on_table, name`),
  );
  let left = 0;
  for (const row of waiting.rows) {
    const { on_table, name, definition, mark, ready } = row as Record<string, string> & {
      ready: boolean;
    };
    if (!ready) {
      left++;
      continue;
    }
    await client.query('begin');
    try {
      const key = literal(name ?? '').sql;
      await client.query(
        `do $key$ begin execute format('alter table %s add constraint %I %s', ${literal(on_table ?? '').sql}, ${key}, ${literal(definition ?? '').sql}); end $key$`,
      );
      if (mark)
        await client.query(
          `do $key$ begin execute format('comment on constraint %I on %s is %L', ${key}, ${literal(on_table ?? '').sql}, ${literal(mark).sql}); end $key$`,
        );
      await client.query(
        own('delete from tenantry.waiting_foreign_keys where on_table = $1 and name = $2'),
        [on_table, name],
      );
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }
  return left;
}
