import { defineTenancy } from '@tenantry/core';
import { ddl, name } from '@tenantry/core/sql';
import { defineIsolation } from '@tenantry/rls';
import type { Feature } from '@tenantry/rls/feature';
import { type Application, withClient } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import { pgSchema, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { History, type Renames } from './history.ts';

/** A table of a random application. */
interface Table {
  name: string;
  readonly kind: 'isolated' | 'shared' | 'system' | 'through';
  readonly key: 'tenant and id' | 'tenant and code' | 'id';
  readonly hides: boolean;
  readonly searched: boolean;
  /** The table that it references, by its number. */
  readonly references: number | undefined;
  readonly readsOnly: boolean;
  readonly schema: 'public' | 'crm';
}

interface State {
  readonly tables: Map<number, Table>;
  readonly features: Set<string>;
  readonly app: string;
  readonly word: string;
}

/** One change of an application, chosen by numbers. */
export interface Choice {
  readonly what: number;
  readonly which: number;
  readonly how: number;
}

/** Numbers from which a history is made. */
export const choices: fc.Arbitrary<Choice[]> = fc.array(
  fc.record({
    what: fc.nat(999),
    which: fc.nat(999),
    how: fc.nat(999),
  }),
  { minLength: 3, maxLength: 8 },
);

const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;

/** A feature with a table of its own, a function, and a trigger on a table of the application. */
const feature = (title: string, of: Table): Feature => ({
  name: title,
  sql: ({ tenancy }) => {
    const target = name(of.schema, of.name);
    const own = name('tenantry', `${title}_note`);
    const trigger = name(`tenantry_${title}`);
    return {
      sections: [
        {
          id: 'state',
          sql: [
            ddl`create table if not exists ${name('tenantry', title)} (at timestamptz);`,
            ddl`
              create or replace function ${own}() returns trigger language plpgsql
              set search_path = pg_catalog, pg_temp as $tenantry$ begin return null; end $tenantry$;`,
            ddl`grant select on ${name('tenantry', title)} to ${name(tenancy.roles.app)};`,
          ],
        },
        {
          id: `capture:${of.schema}.${of.name}`,
          sql: [
            ddl`create or replace trigger ${trigger} after insert on ${target} for each row execute function ${own}();`,
          ],
        },
      ],
    };
  },
});

/** The application of a state. */
function applicationOf(state: State): Application {
  const tenancy = defineTenancy({ tenant: state.word, id: 'uuid', roles: { app: state.app } });
  const { isolate, isolateThrough, reference, searchable, shared, systemOnly } =
    defineIsolation(tenancy);
  const crm = pgSchema('crm');
  const made = new Map<number, ReturnType<typeof pgTable>>();
  const make = (number: number, table: Table) => {
    const id = tenancy.columns.id();
    const columns = {
      ...(table.kind === 'isolated' ? tenancy.columns.scoped() : {}),
      id: table.kind === 'isolated' && table.key !== 'id' ? id : id.primaryKey(),
      title: text().notNull().default('x'),
      code: uuid().notNull().default(sql`gen_random_uuid()`),
      otherId: uuid('other_id'),
    };
    const build = (t: never) => {
      const own = t as Record<string, never>;
      if (table.kind === 'shared') return shared(t);
      if (table.kind === 'system') return systemOnly(t);
      if (table.kind === 'through') {
        const column = own.otherId as never;
        return isolateThrough(t, { column, parent: () => made.get(0) as object });
      }
      const target = table.references === undefined ? undefined : made.get(table.references);
      return [
        ...isolate(t, {
          ...(table.key === 'tenant and code' ? { key: own.code as never } : {}),
          ...(table.hides ? { read: sql`${own.title} <> 'hidden'` } : {}),
          ...(table.readsOnly ? { access: 'read' as const } : {}),
        }),
        ...(target === undefined
          ? []
          : reference(t, { column: own.otherId as never, to: () => target })),
        ...(table.searched ? searchable(t, { title: { fullText: 'english' } } as never) : []),
      ];
    };
    const create = (table.schema === 'crm' ? crm.table : pgTable) as typeof pgTable;
    made.set(number, create(table.name, columns as never, build as never) as never);
  };
  // what others point at comes first
  for (const [number, table] of [...state.tables].sort(([a], [b]) => a - b)) make(number, table);
  const [first] = state.tables.values();
  return {
    tenancy,
    schema: {
      crm,
      ...Object.fromEntries([...made].map(([number, table]) => [`t${number}`, table])),
    },
    features: [...state.features].sort().map((title) => feature(title, first as Table)),
  };
}

const plain = {
  kind: 'isolated',
  key: 'tenant and id',
  hides: false,
  searched: false,
  references: undefined,
  readsOnly: false,
  schema: 'public',
} as const;

/** Where a state goes by a choice; undefined where the choice says nothing for it. */
function changed(state: State, { what, which, how }: Choice): [State, Renames, string] | undefined {
  const numbers = [...state.tables.keys()];
  const number = pick(numbers, which);
  const table = state.tables.get(number) as Table;
  const withTable = (to: Table | undefined): State => {
    const tables = new Map(state.tables);
    if (to === undefined) tables.delete(number);
    else tables.set(number, to);
    return { ...state, tables };
  };
  const isReferenced = [...state.tables.values()].some(({ references }) => references === number);
  switch (what % 12) {
    case 0: {
      const next = Math.max(...numbers) + 1;
      if (numbers.length > 4) return undefined;
      const tables = new Map(state.tables).set(next, { ...plain, name: `table_${next}` });
      return [{ ...state, tables }, {}, `add ${next}`];
    }
    case 1:
      if (number === 0 || isReferenced) return undefined;
      return [withTable(undefined), {}, `drop ${number}`];
    case 2: {
      if (table.schema !== 'public') return undefined;
      const to = `${table.name.replace(/_r\d+$/, '')}_r${how}`;
      if (to === table.name) return undefined;
      return [
        withTable({ ...table, name: to }),
        { tables: { [table.name]: to } },
        `rename ${number}`,
      ];
    }
    case 3: {
      const kind = pick(['isolated', 'shared', 'system', 'through'] as const, how);
      if (number === 0 || isReferenced || kind === table.kind || table.references !== undefined)
        return undefined;
      if (table.searched) return undefined;
      const key = kind === 'isolated' ? pick(['tenant and id', 'id'] as const, how) : 'id';
      return [withTable({ ...table, kind, key }), {}, `${number} becomes ${kind}`];
    }
    case 4: {
      const key = pick(['tenant and id', 'tenant and code', 'id'] as const, how);
      if (table.kind !== 'isolated' || key === table.key) return undefined;
      if (isReferenced && key === 'tenant and code') return undefined;
      return [withTable({ ...table, key }), {}, `key ${number}: ${key}`];
    }
    case 5:
      return [withTable({ ...table, hides: !table.hides }), {}, `term ${number}`];
    case 6:
      if (table.kind !== 'isolated') return undefined;
      return [withTable({ ...table, searched: !table.searched }), {}, `search ${number}`];
    case 7: {
      const target = pick(numbers, how);
      const other = state.tables.get(target);
      if (target >= number || table.kind !== 'isolated' || other?.kind !== 'isolated')
        return undefined;
      if (other.key === 'tenant and code') return undefined;
      const references = table.references === undefined ? target : undefined;
      return [withTable({ ...table, references }), {}, `reference ${number} → ${references}`];
    }
    case 8:
      return [withTable({ ...table, readsOnly: !table.readsOnly }), {}, `access ${number}`];
    case 9: {
      const features = new Set(state.features);
      const title = pick(['notes', 'marks'], how);
      if (!features.delete(title)) features.add(title);
      return [{ ...state, features }, {}, `feature ${title}`];
    }
    case 10: {
      const app = pick(['app', 'web_of_random'], how);
      if (app === state.app) return undefined;
      return [{ ...state, app }, {}, `role ${app}`];
    }
    default: {
      if (table.schema !== 'public' || number === 0) return undefined;
      return [
        withTable({ ...table, schema: 'crm' }),
        { schemas: { [table.name]: 'crm' } },
        `move ${number}`,
      ];
    }
  }
}

/** Lives a random history through, with rows, and compares at its end; says what was done when it fails. */
export async function liveRandomly(numbers: readonly Choice[]): Promise<void> {
  const history = await History.begin();
  let state: State = {
    tables: new Map([
      [0, { ...plain, name: 'table_0' }],
      [1, { ...plain, name: 'table_1', references: 0 }],
    ]),
    features: new Set(),
    app: 'app',
    word: 'organization',
  };
  const done: string[] = [];
  try {
    await history.step(applicationOf(state));
    await fill(history.url, state);
    for (const choice of numbers) {
      const next = changed(state, choice);
      if (next === undefined) continue;
      const [to, renames, title] = next;
      done.push(title);
      await emptyWhereATenantComes(history.url, state, to);
      const before = await rowsOf(history.url, state, to);
      await history.step(applicationOf(to), renames);
      state = to;
      expect(await rowsOf(history.url, state, state)).toEqual(before);
    }
    expect(await history.differences()).toEqual([]);
  } catch (error) {
    throw new Error(`after ${done.join(', ')}: ${(error as Error).message}`, { cause: error });
  }
}

const path = ({ schema, name: of }: Table) => name(schema, of).sql;

async function fill(url: string, { tables, word }: State): Promise<void> {
  await withClient(url, async (client) => {
    for (const table of tables.values()) {
      await client.query(
        `insert into ${path(table)} (${word}_id, other_id) select '00000000-0000-4000-8000-00000000000' || i, null from generate_series(1, 2) i`.replace(
          "'00000000-0000-4000-8000-00000000000' || i",
          "('00000000-0000-4000-8000-00000000000' || i)::uuid",
        ),
      );
    }
  });
}

/** A table with rows gets no tenant column from anybody: such rows have no tenant. */
async function emptyWhereATenantComes(url: string, from: State, to: State): Promise<void> {
  await withClient(url, async (client) => {
    for (const [number, table] of from.tables) {
      const after = to.tables.get(number);
      if (after?.kind === 'isolated' && table.kind !== 'isolated') {
        await client.query(`delete from ${path(table)}`);
      }
    }
  });
}

async function rowsOf(url: string, state: State, kept: State): Promise<Record<number, number>> {
  return withClient(url, async (client) => {
    const counts: Record<number, number> = {};
    for (const [number, table] of state.tables) {
      if (!kept.tables.has(number)) continue;
      const { rows } = await client.query(`select count(*)::int as n from ${path(table)}`);
      if (rows[0].n > 0) counts[number] = rows[0].n;
    }
    return counts;
  });
}
