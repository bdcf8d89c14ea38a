import pg from 'pg';
import { identifier } from '../../sql/client.ts';
import { mentionsTable } from '../../sql/mentions.ts';
import { adoptionPrefix } from '../adoption.ts';
import type { AttackResult, IsolationReport } from '../types.ts';
import { asAttacker, result, type World, withoutIsolation } from '../world.ts';
import { attempt, counted } from './table-attack.ts';

/** The relations that a view reads, itself or through other views. */
const readBy = (view: string) => `array(
  with recursive read as (
    select ${view} as oid
    union select d.refobjid from read join pg_rewrite r on r.ev_class = read.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass)
  select oid from read)`;

/** Views that the role may read, and functions without arguments that it may call. */
const objectsQuery = (role: string, schema: string) => `
select 'view' as kind, n.nspname as schema, c.relname as name, '' as text, ${readBy('c.oid')} as reads from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  and has_schema_privilege(${role}, n.oid, 'usage')
  and (has_table_privilege(${role}, c.oid, 'select') or has_any_column_privilege(${role}, c.oid, 'select'))
union all
select 'function', n.nspname, p.proname, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), '{}' from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f' and p.pronargs = p.pronargdefaults and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', ${schema})
  and p.prorettype not in ('void'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  and has_schema_privilege(${role}, n.oid, 'usage') and has_function_privilege(${role}, p.oid, 'execute')`;

const quoted = (text: string) => pg.escapeLiteral(text).trim();

interface DatabaseObject {
  readonly kind: 'view' | 'function';
  readonly schema: string;
  readonly name: string;
  /** The body of a function. */
  readonly text: string;
  /** The oids of what a view reads. */
  readonly reads: readonly number[];
}

/** What the objects showed, and those that show nothing before adoption has come to their tables. */
interface Objects {
  readonly results: readonly AttackResult[];
  readonly unproven: IsolationReport['unproven'];
}

/**
 * Reads every view, and calls every function without arguments, and searches the returned text for the
 * other tenant: its id, the ids of its rows, and words generated for them.
 */
export async function objectAttacks(world: World): Promise<Objects> {
  const { rows } = await world.tenancy.run(world.attacker.tenant, () =>
    world.pool.query(objectsQuery(quoted(world.tenancy.roles.app), quoted(world.tenancy.schema))),
  );
  const traces = tracesOf(world);
  const pattern = traces
    .map((trace) => `strpos(whole, ${pg.escapeLiteral(trace).trim()}) > 0`)
    .join(' or ');
  const results: AttackResult[] = [];
  const unproven: { table: string; why: string }[] = [];
  for (const each of rows as DatabaseObject[]) {
    const { kind, schema, name } = each;
    const target = schema === 'public' ? name : `${schema}.${name}`;
    const object = `${identifier(schema)}.${identifier(name)}`;
    const from = kind === 'view' ? object : `${object}()`;
    const search = `select count(*)::int from (select to_jsonb(o)::text as whole from ${from} o) t where ${pattern}`;
    const seen = await attempt(() =>
      asAttacker(world, async (asker) => {
        await asker.query("set local statement_timeout = '5s'");
        return counted(await asker.query(search));
      }),
    );
    const half = halfRead(world, each);
    if (seen.count > 0 && half !== undefined) {
      const why = `${adoptionPrefix}it shows rows of another tenant, and reads ${half}, which is not enforced`;
      unproven.push({ table: target, why });
      continue;
    }
    // an object that shows no tenant cannot leak: it counts as one place that was checked
    const there = await attempt(() =>
      withoutIsolation(world, async (asker) => counted(await asker.query(search))),
    );
    results.push(
      result(kind, target, {
        reached: seen.count,
        couldReach: Math.max(1, there.count),
        how: seen.error ?? 'no trace',
      }),
    );
  }
  return { results, unproven };
}

/** A table that it reads, or that its body names, and that adoption has not enforced yet. */
const halfRead = ({ half, planted }: World, { text, reads }: DatabaseObject): string | undefined =>
  planted.find(
    (table) => half.has(table.title) && (reads.includes(table.oid) || mentionsTable(text, table)),
  )?.title;

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
