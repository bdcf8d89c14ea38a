import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';

/** The tables of a Drizzle schema by the names that the database has for them: `diagram.projects`. */
export const tablesOf = (schema: Readonly<Record<string, unknown>>): string[] =>
  Object.values(schema)
    .filter((each): each is PgTable => is(each, PgTable))
    .map((table) => {
      const { schema: namespace, name } = getTableConfig(table);
      return namespace === undefined ? name : `${namespace}.${name}`;
    })
    .sort();
