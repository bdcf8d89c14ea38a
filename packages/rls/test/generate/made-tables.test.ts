import { testDatabase } from '@tenantry/testing/vitest';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareDefinitions, readDefinitions } from '../../src/definitions/index.ts';
import { changesOfMade, makesTable } from '../../src/generate/history/made-tables.ts';
import { missing } from '../../src/generate/history/missing.ts';
import { readMigrations } from '../../src/generate/history/read.ts';
import { removeFirst } from '../../src/generate/history/removals.ts';
import { renderMigration } from '../../src/generate/history/render.ts';
import { section } from '../../src/generate/section.ts';

const { url } = await testDatabase();
const client = new pg.Client({ connectionString: url });
beforeAll(() => client.connect());
afterAll(() => client.end());

/** A table as a release of a feature may declare it. */
interface Release {
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly notNull: boolean;
  }[];
  readonly key: boolean;
  readonly unique: readonly string[];
  readonly indexed: readonly string[];
  readonly check: number | undefined;
}

const target = '"public"."things"';
const named = (name: string, definition: string) =>
  `do $tenantry$ begin if not exists (select from pg_constraint where conrelid = '${target}'::regclass and conname = '${name}') then alter table ${target} add constraint "${name}" ${definition}; end if; end $tenantry$;`;

function sectionOf({ columns, key, unique, indexed, check }: Release) {
  const lines = ['"id" uuid default gen_random_uuid() not null'].concat(
    columns.map(({ name, type, notNull }) =>
      notNull ? `"${name}" ${type} default '7' not null` : `"${name}" ${type}`,
    ),
  );
  const has = new Set(columns.map(({ name }) => name));
  return section('made:public.things', [
    { sql: `create table if not exists ${target} (\n  ${lines.join(',\n  ')}\n);` },
    { sql: `alter table ${target} enable row level security, force row level security;` },
    ...(key ? [{ sql: named('things_pkey', 'primary key ("id")') }] : []),
    ...unique
      .filter((c) => has.has(c))
      .map((c) => ({ sql: named(`things_${c}_key`, `unique ("${c}")`) })),
    ...(check === undefined
      ? []
      : [{ sql: named('things_check', `check (length("id"::text) > ${check})`) }]),
    ...indexed
      .filter((c) => has.has(c))
      .map((c) => ({
        sql: `create index if not exists "things_${c}_idx" on ${target} using btree ("${c}");`,
      })),
  ]);
}

const catalogue = () => readDefinitions(client);

const names = ['a', 'b', 'c'];
const release = fc.record({
  columns: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      type: fc.constantFrom('text', 'varchar(20)'),
      notNull: fc.boolean(),
    }),
    { selector: ({ name }) => name, minLength: 1 },
  ),
  key: fc.boolean(),
  unique: fc.uniqueArray(fc.constantFrom(...names)),
  indexed: fc.uniqueArray(fc.constantFrom(...names)),
  check: fc.constantFrom(undefined, 1, 2),
});

test('releases one after the other lead to the table of the last one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(release, { minLength: 2, maxLength: 4 }), async (releases) => {
      // columns are never taken away: what holds rows stays
      const grown = releases.map((each, i) => {
        const before = releases.slice(0, i).flatMap(({ columns }) => columns);
        const own = new Set(each.columns.map(({ name }) => name));
        const kept = new Map(before.filter(({ name }) => !own.has(name)).map((c) => [c.name, c]));
        return { ...each, columns: [...kept.values(), ...each.columns] };
      });
      await client.query('drop table if exists things');
      const files: { name: string; text: string }[] = [];
      for (const each of grown) {
        const wanted = sectionOf(each);
        const migrated = readMigrations(files);
        const { sections, gone } = missing([wanted], migrated);
        const written = sections.map((s) =>
          makesTable(s) ? { ...s, statements: changesOfMade(s, migrated) } : s,
        );
        const text = renderMigration({ sections: written, first: removeFirst(gone) });
        files.push({ name: String(files.length), text });
        await client.query(`begin;\n${text}\ncommit;`);
        // the same again writes nothing
        const after = readMigrations(files);
        expect(missing([wanted], after)).toMatchObject({ sections: [], gone: [], lost: [] });
      }
      const evolved = await catalogue();
      await client.query('drop table things');
      for (const statement of sectionOf(grown.at(-1) as Release).statements)
        await client.query(statement);
      expect(compareDefinitions(evolved, await catalogue())).toEqual([]);
    }),
    { numRuns: 30 },
  );
});
