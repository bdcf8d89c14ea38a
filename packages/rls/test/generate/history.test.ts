import {
  explain,
  generate,
  missing,
  readMigrations,
  renderMigration,
} from '@tenantry/rls/generate';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { application } from '../fixtures/application.ts';
import { shared, systemOnly, tenancy } from '../fixtures/schema.ts';

const { foundation, sections } = generate(application);
const all = [foundation, ...sections];
const files = (...texts: readonly string[]) =>
  readMigrations(texts.map((each, i) => ({ name: `000${i}`, text: each })));
const whole = [renderMigration([foundation]), renderMigration(sections)];
const lacking = (...texts: readonly string[]) =>
  missing(all, files(...texts)).sections.map(({ id }) => id);

describe('what the migrations lack', () => {
  test('is nothing when all sections are written', () => {
    expect(missing(all, files(...whole))).toEqual({
      sections: [],
      gone: [],
      kept: [],
      mended: [],
      lost: [],
    });
  });

  test('is one section when one table changed', () => {
    const hidden = pgTable('plans', { id: text().primaryKey() }, (t) => [...systemOnly(t)]);
    const changed = generate({ ...application, schema: { ...application.schema, plans: hidden } });
    const { sections: lacks, gone } = missing(
      [changed.foundation, ...changed.sections],
      files(...whole),
    );
    expect(lacks.map(({ id }) => id)).toEqual(['table:public.plans']);
    expect(gone.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['policy plans_shared_read']);
  });

  test('is a section whose last version is an older one', () => {
    const [first] = sections;
    if (first === undefined) throw new Error('no section');
    const older = renderMigration([{ ...first, hash: '0'.repeat(16) }]);
    expect(lacking(...whole, older)).toEqual([first.id]);
    expect(lacking(older, ...whole)).toEqual([]);
  });

  test.each([
    'DROP TABLE "tasks" CASCADE;',
    'DROP TABLE "tasks" CASCADE;--> statement-breakpoint',
    'drop table if exists public.tasks;',
    'ALTER TABLE "tasks" RENAME TO "duties";--> statement-breakpoint',
    'ALTER TABLE "tasks" SET SCHEMA "old";',
  ])('is everything of a table that comes back after %s', (statement) => {
    expect(lacking(...whole, `-- x\n${statement}\n`)).toEqual([
      'table:public.tasks',
      'references:public.tasks',
    ]);
  });

  test.each([
    ['drop trigger "0_tenantry_refuse_column_change" on projects', 'table:public.projects'],
    ['drop policy projects_tenant_floor on projects', 'table:public.projects'],
    ['alter policy projects_tenant_floor on projects using (true)', 'table:public.projects'],
    ['alter policy projects_tenant_floor on projects rename to x', 'table:public.projects'],
    ['alter table projects no force row level security', 'table:public.projects'],
    ['grant truncate on projects to app', 'table:public.projects'],
    ['grant select on projects to public', 'table:public.projects'],
    ['revoke insert on projects from app', 'table:public.projects'],
    ['alter table tasks drop constraint tasks_project_id_fk', 'references:public.tasks'],
    ['drop function tenantry.enter(text, text, text, text)', 'entry'],
    ['alter function tenantry.enter(text, text, text, text) owner to postgres', 'entry'],
    ['grant execute on function tenantry.refuse_column_change() to public', 'foundation'],
    ['revoke usage on schema tenantry from app', 'foundation'],
    [
      'create or replace function tenantry.current_tenant() returns uuid as $$ select null $$ language sql',
      'foundation',
    ],
  ])('is the section of what a migration by hand changed: %s', (statement, section) => {
    expect(lacking(...whole, `${statement};\n`)).toContain(section);
  });

  test('is what was cut out of a migration by hand', () => {
    const [first = '', second = ''] = whole;
    const cut = second.replace(/alter table "public"\."projects" enable[^;]*;/, '');
    expect(cut).not.toBe(second);
    expect(lacking(first, cut)).toEqual(['table:public.projects']);
  });

  test('is nothing after a change of drizzle-kit that touches none of ours', () => {
    const text = 'ALTER TABLE "tasks" ADD COLUMN "z" text;\nCREATE INDEX "i" ON "tasks" ("z");';
    expect(lacking(...whole, text)).toEqual([]);
  });
});

describe('what is no longer declared', () => {
  const without = generate({
    tenancy,
    schema: { tasks: pgTable('tasks', { id: text().primaryKey() }, (t) => [...shared(t)]) },
  });
  const now = [without.foundation, ...without.sections];

  test('goes where an earlier migration made it', () => {
    const { gone } = missing(now, files(...whole));
    const titles = gone.map(({ kind, relation, name }) => `${kind} ${relation} ${name}`);
    expect(titles).toContain('foreign key tasks tasks_project_id_fk');
    expect(titles).toContain('policy tasks tasks_tenant_floor');
    expect(titles).toContain('trigger tasks 0_tenantry_refuse_column_change');
    expect(titles).toContain('function  enter(text, text, text, text)');
  });

  test('is not looked for where none did, nor once it went', () => {
    expect(missing(now, files()).gone).toEqual([]);
    const drops = missing(now, files(...whole)).gone;
    expect(drops.length).toBeGreaterThan(5);
    const dropped = 'DROP TABLE tasks CASCADE; DROP TABLE projects CASCADE;';
    const left = missing(now, files(...whole, dropped)).gone;
    expect(left.filter(({ relation }) => relation === 'tasks' || relation === 'projects')).toEqual(
      [],
    );
  });

  test('what a person made stays', () => {
    const theirs =
      'create policy mine on tasks to app using (true); create trigger t after insert on tasks execute function f();';
    const titles = missing(now, files(...whole, theirs)).gone.map(({ name }) => name);
    expect(titles).not.toContain('mine');
    expect(titles).not.toContain('t');
  });
});

test('policies that drizzle-kit wrote and renamed once are ours, and said to be mended', () => {
  const old = [
    'CREATE TABLE "plans" ("id" text);',
    'CREATE POLICY "plans_shared_read" ON "plans" AS RESTRICTIVE FOR SELECT TO "app" USING (true);',
    'CREATE POLICY "plans_tenant_floor" ON "plans" AS PERMISSIVE FOR SELECT TO "app" USING (true);',
  ].join('\n');
  const { mended, gone } = missing(all, files(old));
  expect(mended.map(({ name }) => name)).toEqual(['plans_shared_read']);
  expect(gone.map(({ name }) => name)).toEqual(['plans_tenant_floor']);
});

test('every statement of ours says in one sentence why it is there', () => {
  for (const { statements } of all) {
    for (const statement of statements) {
      expect(explain(statement)).toMatch(/^[A-Z].*[.]$/);
      expect(explain(statement)).not.toContain('of your own');
    }
  }
  expect(explain('create rule x as on insert to t do nothing')).toBe('A statement of your own.');
  const floor = all.flatMap(({ statements }) => statements).find((s) => s.includes('tenant_floor'));
  expect(explain(floor ?? '')).toContain('so that at no time one of them is missing');
});
