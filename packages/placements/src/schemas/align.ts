import { TenantryError } from '@tenantry/core';
import {
  differences,
  holding,
  lookIn,
  readObjects,
  type SchemaClient,
  titleOf,
} from './objects.ts';
import type { Asking, TableObject } from './table-object.ts';

/**
 * Makes the tables of a schema equal to the shared ones, in the transaction of the caller: missing tables and
 * columns are added; keys, indexes, policies, triggers and rights that are missing are made, others are taken
 * away. A column that holds rows is neither changed nor dropped.
 *
 * @param client of the login that owns the tables
 * @returns how many objects were made or taken away
 * @throws TenantryError `PLACE_UNALIKE`
 */
export async function align(
  client: SchemaClient,
  schema: string,
  shared: string,
  tables: readonly string[],
): Promise<number> {
  const ask: Asking = (text, values) => client.query(text, values);
  const read = () => readObjects(ask, schema, shared, tables);
  const wanted = await readObjects(ask, shared, shared, tables, schema);
  let done = 0;
  const run = async (statements: readonly string[]) => {
    await lookIn(ask, schema, shared);
    for (const each of statements) await client.query(each);
    done += statements.length;
  };
  const before = await read();
  // a new table is made with its columns
  const missing = [...wanted.values()].filter(
    (each) =>
      !before.has(titleOf(each)) && (each.kind !== 'column' || before.has(`table ${each.table}`)),
  );
  // a name in a later statement is looked up: every table has to be there first
  await run(missing.filter(({ kind }) => holding.has(kind)).map(({ make }) => make));

  const found = await read();
  const differs = (each: TableObject | undefined, other: TableObject) =>
    !holding.has(other.kind) && each?.definition !== other.definition;
  const stale = [...found.values()].filter((each) => differs(wanted.get(titleOf(each)), each));
  // a function is replaced: triggers that stay depend on it
  const gone = stale.filter((each) => each.kind !== 'function' || !wanted.has(titleOf(each)));
  await run(gone.reverse().flatMap(({ undo }) => undo ?? []));
  const lacking = [...wanted.values()].filter((each) => differs(found.get(titleOf(each)), each));
  await run(lacking.map(({ make }) => make));

  const left = differences(wanted, await read());
  if (left.length > 0) throw unalike(schema, left);
  return done;
}

const most = 5;

/** Names the first differences of a schema from the shared tables. */
export function inWords(left: readonly string[]): string {
  const more = left.length > most ? `, and ${left.length - most} more` : '';
  return `${left.slice(0, most).join('; ')}${more}`;
}

const unalike = (schema: string, left: readonly string[]) =>
  new TenantryError('PLACE_UNALIKE', { found: `in the schema ${schema}: ${inWords(left)}.` });
