import { defineTenancy } from '@tenantry/core';
import { ddl, name } from '@tenantry/core/sql';
import { testDatabase } from '@tenantry/testing/vitest';
import {
  integer,
  type PgColumnBuilderBase,
  type PgTableFn,
  pgSchema,
  pgTable,
} from 'drizzle-orm/pg-core';
import { generate } from '../../src/generate/index.ts';
import { defineIsolation } from '../../src/index.ts';
import { runAll } from '../support/apply.ts';
import { connect } from '../support/fixture.ts';

/** A column with numbers, and its table. */
export interface Numbered {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

const tenancy = defineTenancy({ tenant: 'organization', id: 'integer' });
const { isolate, numbered } = defineIsolation(tenancy);
// biome-ignore lint/suspicious/noExplicitAny: the names of columns are data here
type Columns = any;

/** A new database with tables of any names, whose columns have numbers. */
export async function numberedTables(all: readonly Numbered[]) {
  const { url } = await testDatabase();
  const root = await connect(url);
  const pathOf = (each: Numbered) => name(each.schema, each.name).sql;
  const schema: Record<string, unknown> = {};
  for (const target of new Set(all.map(pathOf))) {
    const columns = all.filter((each) => pathOf(each) === target);
    const [{ schema: own, name: called }] = columns as [Numbered];
    const numbers = Object.fromEntries(
      columns.map(({ column }) => [column, integer(column).notNull().default(0)]),
    );
    const make = (own === 'public' ? pgTable : pgSchema(own).table) as PgTableFn;
    const made: Record<string, PgColumnBuilderBase> = {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      ...numbers,
    };
    schema[target] = make(called, made, (t: Columns) => [
      ...isolate(t),
      ...columns.flatMap(({ column }) => numbered(t, { column: t[column] })),
    ]);
    await root.query(`create schema if not exists ${own}`);
    await root.query(
      ddl`create table ${{ sql: target }} (organization_id integer not null, id serial,
        ${{ sql: columns.map(({ column }) => `${name(column).sql} integer not null default 0`).join(', ') }},
        primary key (organization_id, id))`.sql,
    );
  }
  const { foundation, sections } = generate({ tenancy, schema });
  await runAll(
    root,
    [foundation, ...sections].flatMap(({ statements }) => statements),
  );

  const one = async (text: string, values: unknown[] = []) =>
    (await root.query({ text, values, rowMode: 'array' })).rows[0]?.[0];
  return {
    /** The number that a new row gets. */
    insert: ({ schema: own, name: called, column }: Numbered) =>
      one(
        `insert into ${name(own, called).sql} (organization_id) values (1) returning ${name(column).sql}`,
      ),
    /** How many unique indexes the table has beside its key. */
    uniqueIndexes: ({ schema: own, name: called }: Numbered) =>
      one(
        'select count(*)::int from pg_index where indrelid = $1::regclass and indisunique and not indisprimary',
        [name(own, called).sql],
      ),
    functions: () =>
      one(
        `select count(*)::int from pg_proc where pronamespace = 'tenantry'::regnamespace
          and prorettype = 'trigger'::regtype and proname ~ '^(number|keep_number)_'`,
      ),
  };
}
