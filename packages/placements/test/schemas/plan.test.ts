import { describe, expect, it } from 'vitest';
import type { Migration } from '../../src/migrate/folder.ts';
import { planFor } from '../../src/schemas/fleet/plan.ts';

const migration = (...statements: string[]): Migration => ({
  name: '0001_step',
  when: 1,
  hash: '',
  hashes: new Set(),
  statements: statements.map((text, i) => ({ text, line: 1 + 10 * i })),
});
const planned = (...statements: string[]) =>
  planFor(migration(...statements), new Set(['items', 'notes'])).statements.map(({ text }) =>
    text.trim(),
  );

describe('what of a migration runs in a schema of a tenant', () => {
  it.each([
    ['ALTER TABLE "items" ADD COLUMN "a" text', undefined],
    [
      'alter table only public.items add column a text',
      'alter table only "items" add column a text',
    ],
    [
      'ALTER TABLE "notes" ADD CONSTRAINT "k" FOREIGN KEY ("item") REFERENCES "public"."items"("id") ON DELETE cascade ON UPDATE no action',
      'ALTER TABLE "notes" ADD CONSTRAINT "k" FOREIGN KEY ("item") REFERENCES "items"("id") ON DELETE cascade ON UPDATE no action',
    ],
    [
      'ALTER TABLE "items" ADD CONSTRAINT "k" FOREIGN KEY ("o") REFERENCES "public"."organizations"("id")',
      undefined,
    ],
    ['create table if not exists "items" (id int)', undefined],
    [
      'create unique index concurrently if not exists "i" on "public"."items" using btree ("a")',
      'create unique index concurrently if not exists "i" on "items" using btree ("a")',
    ],
    [
      'drop table if exists public.items, notes cascade',
      'drop table if exists "items", "notes" cascade',
    ],
    [
      `update items i set a = 'items; x' from organizations o where o.id = i.organization_id`,
      undefined,
    ],
    [
      'with old as (select id from public.items where a is null) delete from notes using old where item = old.id',
      'with old as (select id from "items" where a is null) delete from "notes" using old where item = old.id',
    ],
    ['insert into notes (item) select id from items, organizations', undefined],
    [
      'drop policy if exists "items" on "public"."items"',
      'drop policy if exists "items" on "items"',
    ],
    [
      '-- tenantry: in each schema\ninsert into totals select count(*) from public.items',
      undefined,
    ],
    ['select fix(id) from public.items', 'select fix(id) from "items"'],
  ])('%s', (text, wanted) => {
    const [only, ...more] = planned(text);
    expect(more).toEqual([]);
    const bare = (sql: string) => sql.replaceAll('"', '');
    expect(bare(only ?? '')).toBe(bare(wanted ?? text.replaceAll('public.items', 'items')));
  });

  it.each([
    'alter table organizations add column items text',
    `update organizations set notes = 'items' where notes is null`,
    'create type "public"."status" as enum (\'items\')',
    'create policy p on items using (true)',
    'create index i on organizations (items)',
    'drop index "public"."i"',
    "insert into organizations (notes) values ('from items')",
    'do $tenantry$ begin update items set a = 1; end $tenantry$',
    `select tenantry.keep_reference('"public"."items"', 'k')`,
    '-- tenantry: shared tables only\nupdate items set a = 1',
    'grant select on items to app',
    'update other.items set a = 1',
    'set local role system',
  ])('not %s', (text) => {
    expect(planned(text)).toEqual([]);
  });

  it.each([
    'update organizations o set n = (select count(*) from items i where i.organization_id = o.id)',
    'insert into totals select organization_id, count(*) from public.items group by 1',
    'with gone as (delete from items returning *) insert into archive select * from gone',
    'do $$ begin update public.items set a = 1; end $$',
    'drop table organizations, items',
    'set search_path = public',
  ])('refuses %s', (text) => {
    expect(() => planned(text)).toThrow('MIGRATION_FAILED');
  });

  it('keeps roles around the statements, follows names, and knows the lines', () => {
    const { statements: plan } = planFor(
      migration(
        'set local role system;\n\nupdate items set a = 1;\n-- a comment\nreset role;',
        '\n\nalter table items rename to things;\nupdate "things" set a = 2; update organizations set a = 2',
      ),
      new Set(['items']),
    );
    expect(plan.map(({ text, line }) => [text.trim(), line])).toEqual([
      ['set local role system', 1],
      ['update "items" set a = 1', 3],
      ['-- a comment\nreset role', 4],
      ['alter table "items" rename to things', 11],
      ['update "things" set a = 2', 12],
    ]);
  });

  it.each([
    ['alter table items add column a text; alter table organizations add column b text', true],
    ['alter table items add column a text; create policy p on items using (true)', false],
    [`select tenantry.keep_reference('"public"."items"', 'k')`, false],
  ])('knows whether something else is about the tables: %s', (text, isWhole) => {
    expect(planFor(migration(text), new Set(['items'])).isWhole).toBe(isWhole);
  });
});
