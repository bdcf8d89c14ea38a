import pg from 'pg';
import { identifier } from '../../sql/client.ts';
import type { AttackResult } from '../types.ts';
import { asAttacker, result, type World, withoutIsolation } from '../world.ts';
import { attempt, counted } from './table-attack.ts';

/** Views that the role may read, and functions without arguments that it may call. */
const objectsQuery = (role: string, schema: string) => `
select 'view' as kind, n.nspname as schema, c.relname as name, false as "isSet" from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  and has_schema_privilege(${role}, n.oid, 'usage')
  and (has_table_privilege(${role}, c.oid, 'select') or has_any_column_privilege(${role}, c.oid, 'select'))
union all
select 'function', n.nspname, p.proname, p.proretset from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f' and p.pronargs = p.pronargdefaults and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', ${schema})
  and p.prorettype not in ('void'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  and has_schema_privilege(${role}, n.oid, 'usage') and has_function_privilege(${role}, p.oid, 'execute')`;

const quoted = (text: string) => pg.escapeLiteral(text).trim();

interface DatabaseObject {
  readonly kind: 'view' | 'function';
  readonly schema: string;
  readonly name: string;
}

/**
 * Reads every view, and calls every function without arguments, and searches the returned text for the
 * other tenant: its id, the ids of its rows, and words generated for them.
 */
export async function objectAttacks(world: World): Promise<AttackResult[]> {
  const { rows } = await world.tenancy.run(world.attacker.tenant, () =>
    world.pool.query(objectsQuery(quoted(world.tenancy.roles.app), quoted(world.tenancy.schema))),
  );
  const traces = tracesOf(world);
  const pattern = traces
    .map((trace) => `strpos(whole, ${pg.escapeLiteral(trace).trim()}) > 0`)
    .join(' or ');
  const results: AttackResult[] = [];
  for (const { kind, schema, name } of rows as DatabaseObject[]) {
    const object = `${identifier(schema)}.${identifier(name)}`;
    const from = kind === 'view' ? object : `${object}()`;
    const text = `select count(*)::int from (select to_jsonb(o)::text as whole from ${from} o) t where ${pattern}`;
    const seen = await attempt(() =>
      asAttacker(world, async (asker) => {
        await asker.query("set local statement_timeout = '5s'");
        return counted(await asker.query(text));
      }),
    );
    const target = schema === 'public' ? name : `${schema}.${name}`;
    // an object that shows no tenant cannot leak: it counts as one place that was checked
    const there = await attempt(() =>
      withoutIsolation(world, async (asker) => counted(await asker.query(text))),
    );
    results.push(
      result(kind, target, {
        reached: seen.count,
        couldReach: Math.max(1, there.count),
        how: seen.error ?? 'no trace',
      }),
    );
  }
  return results;
}

/** Texts that only the other tenant has, long enough to exclude coincidence. */
function tracesOf({ attacker, victim, tables }: World): string[] {
  const traces = new Set([victim.tenant]);
  for (const table of tables) {
    const own = new Set(Object.values(attacker.rows.get(table.title) ?? {}));
    for (const value of Object.values(victim.rows.get(table.title) ?? {})) {
      const telling =
        value !== null && value.length >= 8 && /[0-9a-f]{8}/.test(value) && !own.has(value);
      if (telling && !/^\d{4}-\d\d-\d\d/.test(value)) traces.add(value);
    }
  }
  return [...traces].slice(0, 200);
}
