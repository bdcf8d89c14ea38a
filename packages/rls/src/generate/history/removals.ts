import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { rolesSql } from '../../dialect/policy-sql.ts';
import { fixedColumnsTrigger } from '../fixed-columns.ts';
import { Cursor } from '../objects/cursor.ts';
import { dropStatement } from '../objects/drop-statement.ts';
import type { MadeObject } from '../objects/types.ts';

/** The policy that lets no row pass while other policies are replaced. */
export const closedPolicy = 'tenantry_closed';

/**
 * Closes a table to the roles that its policies name, until these policies exist again. Without it a
 * policy of the user would apply without the floor for that time. The system role stays, because the
 * policy that lets it through reads no column.
 */
export function close(policies: readonly MadeObject[]): string {
  const [{ schema, relation } = { schema: '', relation: '' }] = policies;
  const target = name(schema, relation);
  const policy = name(closedPolicy);
  const roles = rolesSql([...new Set(policies.flatMap(rolesOf))]);
  return ddl`
    do $tenantry$
    begin
      drop policy if exists ${policy} on ${target};
      create policy ${policy} on ${target} as restrictive for all to ${roles} using (false) with check (false);
    end
    $tenantry$;
  `.sql;
}

/** The roles that a policy names; without any it is for everybody. */
function rolesOf({ text }: MadeObject): string[] {
  const cursor = Cursor.of(text);
  const named = cursor.skipTo('to') ? cursor.list(() => cursor.name()) : [];
  return named.length === 0 ? ['public'] : named;
}

/**
 * Revokes the right to update fixed columns while their trigger is dropped; the section of the table
 * grants it again after creating the trigger.
 */
export function withhold(trigger: MadeObject, standing: Iterable<MadeObject>): string[] {
  if (trigger.kind !== 'trigger' || trigger.name !== fixedColumnsTrigger) return [];
  const { schema, relation } = trigger;
  const target = name(schema, relation);
  return [...standing].flatMap((object) => {
    if (object.kind !== 'grant' || object.of !== 'table') return [];
    if (object.schema !== schema || object.relation !== relation) return [];
    const columns = trigger.mentions.filter((each) => object.text.includes(`update (${each})`));
    if (columns.length === 0) return [];
    const names = join(columns.map((each) => name(each)));
    return [ddl`revoke update (${names}) on table ${target} from ${name(object.name)};`.sql];
  });
}

const order = ['trigger', 'foreign key', 'constraint', 'view', 'index', 'default'] as const;

/** Removes objects that could get in the way; rights and policies are left for {@link removeLast}. */
export function removeFirst(objects: readonly MadeObject[]): string[] {
  return order.flatMap((kind) => statementsOf(objects.filter((object) => object.kind === kind)));
}

/**
 * Removes undeclared objects after everything else exists. Policies are removed last, so that a table is
 * never more open than before or after the migration; then all functions together, because they may
 * depend on each other.
 */
export function removeLast(objects: readonly MadeObject[]): string[] {
  const functions = objects.filter(({ kind }) => kind === 'function');
  const own = new Set(functions.map(({ schema, name: of }) => `${schema}.${of}`));
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const rights = of('grant').filter(
    (object) => object.of !== 'function' || !own.has(`${object.schema}.${object.relation}`),
  );
  return [
    ...statementsOf(rights),
    ...statementsOf(of('policy').filter(({ text }) => !text.includes('as restrictive'))),
    ...statementsOf(of('policy').filter(({ text }) => text.includes('as restrictive'))),
    ...(functions.length === 0 ? [] : dropFunctions(functions)),
  ];
}

const statementsOf = (objects: readonly MadeObject[]): string[] =>
  objects.flatMap((object) => dropStatement(object) ?? []);

/**
 * Triggers that a function created at run time, on partitions, are dropped with the function that they
 * call.
 */
function dropFunctions(functions: readonly MadeObject[]): string[] {
  const signatures = functions.map(({ schema, name: of }): Ddl => {
    const at = of.indexOf('(');
    return ddl`${name(schema, of.slice(0, at))}${{ sql: of.slice(at) }}`;
  });
  const list = join(
    signatures.map(({ sql }) => literal(sql)),
    ', ',
  );
  return [
    ddl`
      do $tenantry$
      declare
        each record;
      begin
        for each in select tgname, tgrelid::regclass as of_table from pg_trigger
          where not tgisinternal and tgparentid = 0
            and tgfoid in (select to_regprocedure(signature) from unnest(array[${list}]) signature)
        loop
          execute format('drop trigger %I on %s', each.tgname, each.of_table);
        end loop;
      end
      $tenantry$;
    `.sql,
    ddl`drop function if exists ${join(signatures)};`.sql,
  ];
}
