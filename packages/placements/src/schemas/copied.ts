import { name as quoted } from '@tenantry/core/sql';
import type { Asking, TableObject } from './table-object.ts';

/**
 * Trigger functions of tables. Of the shared ones those that name a table by its schema, in a schema of a
 * tenant those that are there. $1: the schema that is read, $2: names of its tables, $3: the shared schema.
 */
const functionsSql = `
select distinct p.proname::text as name, n.nspname::text as schema, pg_catalog.pg_get_functiondef(p.oid) as text,
  pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(p.proowner)) as owner
from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid
join pg_catalog.pg_namespace s on s.oid = c.relnamespace
join pg_catalog.pg_proc p on p.oid = g.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where s.nspname = $1 and c.relname = any ($2::text[]) and not g.tgisinternal
  and case when $1 <> $3 then n.nspname = $1 else exists (select from pg_catalog.unnest($2::text[]) t
    where p.prosrc ~ ('\\m' || $3 || '"?\\s*\\.\\s*"?' || pg_catalog.regexp_replace(t, '(\\W)', '\\\\\\1', 'g') || '\\M')) end
order by 1`;

interface FoundFunction {
  readonly name: string;
  readonly schema: string;
  readonly text: string;
  readonly owner: string;
}

/** The schema in definitions, which are compared. */
const anywhere = 'of the table';

/**
 * The trigger functions that a schema of a tenant needs a copy of: they name a table that lives there.
 *
 * @returns the functions, and the triggers among `objects` with their functions in the schema of the table
 */
export async function withCopies(
  ask: Asking,
  [schema, shared, target]: readonly [schema: string, shared: string, target: string],
  tables: readonly string[],
  objects: readonly TableObject[],
): Promise<TableObject[]> {
  const { rows } = await ask(functionsSql, [schema, tables, shared]);
  const found = rows as FoundFunction[];
  const functions = found.map((each) => copyOf(each, schema, target, tables));
  return [
    ...objects.map((each) => (each.kind === 'trigger' ? ofCopy(each, found) : each)),
    ...functions,
  ];
}

function copyOf(
  found: FoundFunction,
  schema: string,
  target: string,
  tables: readonly string[],
): TableObject {
  const { name, owner } = found;
  const to = quoted(target).sql;
  const called = `${quoted(target, name).sql}()`;
  return {
    step: 11,
    kind: 'function',
    table: '',
    name,
    definition: `${owner} ${inSchema(found, schema, anywhere, tables)}`,
    // a new owner needs CREATE on the schema while it becomes the owner
    make: `${inSchema(found, schema, target, tables)};
      grant create on schema ${to} to ${owner};
      alter function ${called} owner to ${owner};
      revoke create on schema ${to} from ${owner};
      revoke all on function ${called} from public`,
    undo: `drop function if exists ${called}`,
  };
}

/** The text of a function with the tables, and the function itself, in another schema. */
function inSchema(
  { name, text }: FoundFunction,
  from: string,
  to: string,
  tables: readonly string[],
): string {
  const head = text.replace(/^CREATE OR REPLACE FUNCTION [^(]+\(/, () => {
    return `CREATE OR REPLACE FUNCTION ${quoted(to, name).sql}(`;
  });
  const names = tables.map((table) => escaped(table)).join('|');
  const path = `(?<![\\w"])"?${escaped(from)}"?\\s*\\.\\s*(?:"(${names})"|(${names})(?![\\w"]))`;
  return head.replace(new RegExp(`${seriesOfNumbers}|${path}`, 'g'), (all, first, second) => {
    const table = first ?? second;
    return table === undefined ? all : quoted(to, table).sql;
  });
}

/** The name of a series of numbers: `'"public"."projects"."number"'`. It is the same wherever a tenant lives. */
const seriesOfNumbers = `'(?:"(?:[^"']|"")+"\\.){2}"(?:[^"']|"")+"'`;

const escaped = (text: string) => text.replace(/\W/g, '\\$&');

/** A name in the schema of the table is found without it. */
function ofCopy(trigger: TableObject, copied: readonly FoundFunction[]): TableObject {
  const bare = (text: string) =>
    copied.reduce(
      (left, { schema, name }) =>
        left.replace(
          new RegExp(`(EXECUTE FUNCTION )"?${escaped(schema)}"?\\.("?${escaped(name)}"?\\()`),
          '$1$2',
        ),
      text,
    );
  return { ...trigger, definition: bare(trigger.definition), make: bare(trigger.make) };
}
