import { sql } from 'drizzle-orm';
import type { ChangeKind } from '../../src/generate/history/index.ts';
import type { Change } from './rolling-deploy.ts';
import {
  addsOnly,
  app,
  both,
  child,
  crm,
  featured,
  inCrm,
  isShared,
  isSystem,
  keyedIsolated,
  named,
  noted,
  parents,
  projects,
  readAccess,
  readOnly,
  reads,
  renames,
  required,
  searches,
  sized,
  titled,
  updates,
  uses,
  withDefault,
  word,
  works,
} from './rolling-tables.ts';

/** Kinds of change: a title, what it is, and what to live through. */
export const cases: readonly (readonly [string, ChangeKind, () => Change])[] = [
  ['a column is added', 'column added', () => ({ old: uses(projects), next: uses(noted) })],
  [
    'a column is added that has a default',
    'column added',
    () => ({ old: { ...uses(titled), application: app({ titled }) }, next: uses(both) }),
  ],
  [
    'a column is added that needs a value',
    'column required',
    () => ({ old: uses(projects), next: uses(required, { note: 'x' }), by: 'truncate projects' }),
  ],
  [
    'a column becomes not null',
    'column not null',
    () => ({
      old: uses(projects),
      next: uses(named, { name: 'x' }),
      by: "update projects set name = 'x'",
    }),
  ],
  [
    'a column loses the default that it needs',
    'column not null',
    () => ({ old: uses(withDefault), next: uses(named, { name: 'x' }) }),
  ],
  ['a column is dropped', 'column dropped', () => ({ old: uses(noted), next: uses(projects) })],
  [
    'a column is dropped that needs a value',
    'required column dropped',
    () => ({
      old: uses(required, { note: 'x' }),
      next: uses(projects),
      byBack: 'truncate projects',
    }),
  ],
  [
    'a column is renamed',
    'column renamed',
    () => ({
      old: uses(projects),
      next: uses(titled),
      renames: { columns: { projects: { name: 'title' } } },
      back: { columns: { projects: { title: 'name' } } },
    }),
  ],
  [
    'a small number becomes a large one',
    'type widened',
    () => ({ old: uses(sized('small'), { size: 1 }), next: uses(sized('more'), { size: 1 }) }),
  ],
  [
    'a text gets longer',
    'type widened',
    () => ({ old: uses(sized('short'), { size: 'x' }), next: uses(sized('long'), { size: 'x' }) }),
  ],
  [
    'a limited text becomes any',
    'type widened',
    () => ({ old: uses(sized('short'), { size: 'x' }), next: uses(sized('text'), { size: 'x' }) }),
  ],
  [
    'a number becomes a text',
    'type changed',
    () => ({
      old: uses(sized('integer'), { size: 1 }, (db) =>
        db.execute(sql`select sum(size) from projects`),
      ),
      next: uses(sized('text'), { size: 'x' }),
      by: 'truncate projects',
      byBack: 'truncate projects; alter table projects alter column size type integer using null',
    }),
  ],
  [
    'a table is added',
    'table added',
    () => ({ old: uses(projects), next: renames(uses(works), { projects }) }),
  ],
  [
    'a table is dropped',
    'table dropped',
    () => ({ old: renames(uses(works), { projects }), next: uses(projects) }),
  ],
  [
    'a table is renamed',
    'table renamed',
    () => ({
      old: uses(projects),
      next: uses(works),
      renames: { tables: { projects: 'works' } },
      back: { tables: { works: 'projects' } },
    }),
  ],
  [
    'a table moves to another schema',
    'table moved',
    () => ({
      old: renames(uses(projects), { crm }),
      next: renames(uses(inCrm), { crm }),
      renames: { schemas: { projects: 'crm' } },
      back: { schemas: { 'crm.projects': 'public' } },
    }),
  ],
  [
    'an isolated table becomes shared',
    'rights lost',
    () => ({
      old: uses(keyedIsolated),
      next: reads(isShared),
      byBack: 'truncate projects',
    }),
  ],
  [
    'an isolated table becomes one of the system',
    'rights lost',
    () => ({
      old: uses(projects),
      next: { application: app({ isSystem }), work: async () => {} },
    }),
  ],
  ['a tenant only reads', 'rights lost', () => ({ old: uses(projects), next: reads(readAccess) })],
  [
    'a column is read-only',
    'rights lost',
    () => ({ old: updates(projects), next: addsOnly(readOnly) }),
  ],
  [
    'a column is no longer read-only',
    'rights gained',
    () => ({ old: addsOnly(readOnly), next: updates(projects) }),
  ],
  [
    'a tenant may write again',
    'rights gained',
    () => ({ old: reads(readAccess), next: uses(projects) }),
  ],
  [
    'an isolated table is isolated through another',
    'column dropped',
    () => ({
      old: renames(uses(child(false)), { parents }),
      next: {
        application: app({ parents, child: child(true) }),
        async work(db) {
          const [parent] = await db.insert(parents).values({}).returning({ id: parents.id });
          await db.insert(child(true)).values({ parentId: parent?.id } as never);
        },
      },
      by: 'truncate children',
      byBack: 'truncate children',
    }),
  ],
  [
    'a shared table becomes isolated',
    'becomes isolated',
    () => ({
      old: reads(isShared, 1),
      rows: "insert into projects (name) values ('common')",
      next: uses(keyedIsolated),
      by: 'truncate projects',
      byBack: 'truncate projects',
    }),
  ],
  [
    'a table is searched',
    'search or feature added',
    () => ({ old: uses(projects), next: searches }),
  ],
  [
    'a table is no longer searched',
    'function gone',
    () => ({ old: searches, next: uses(projects) }),
  ],
  [
    'a feature is added',
    'search or feature added',
    () => ({ old: uses(projects), next: featured('text') }),
  ],
  [
    'a feature is removed',
    'function gone',
    () => ({ old: featured('text'), next: uses(projects) }),
  ],
  [
    'a function takes other parameters',
    'function changed',
    () => ({ old: featured('text'), next: featured('text, integer') }),
  ],
  [
    'the word of the tenant changes',
    'word renamed',
    () => ({
      old: word('organization'),
      next: word('workspace'),
      renames: { columns: { projects: { organization_id: 'workspace_id' } } },
      back: { columns: { projects: { workspace_id: 'organization_id' } } },
    }),
  ],
];
