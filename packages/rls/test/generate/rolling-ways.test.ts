import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { rollOut } from '../support/rolling-deploy.ts';
import {
  app,
  counted,
  crm,
  inCrm,
  isolate,
  isShared,
  keyedIsolated,
  noted,
  own,
  projects,
  reads,
  required,
  titled,
  uses,
  works,
} from '../support/rolling-tables.ts';

const guide = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/migrations.md', import.meta.url)),
  'utf8',
);

describe('the way that keeps both running does', () => {
  const old = uses(projects);
  const writesNote = uses(noted, { note: 'x' });
  const needsNote = uses(required, { note: 'x' });

  test('for a column that needs a value, and for one that goes', async () => {
    const fill = "update projects set note = '' where note is null";
    const onward = [
      { migrate: old.application, running: [old] },
      { migrate: writesNote.application, running: [old, writesNote] },
      { own: fill, running: [writesNote] },
      { migrate: needsNote.application, running: [writesNote, needsNote] },
    ];
    const back = [
      { migrate: writesNote.application, running: [needsNote, old] },
      { migrate: old.application, running: [old] },
    ];
    await rollOut([...onward, ...back]);
  }, 60_000);

  test.each([
    [
      'for a renamed column',
      uses(titled),
      pgTable('projects', { ...own(), name: text(), title: text() }, (t) => [...isolate(t)]),
    ],
    [
      'for another type',
      uses(counted),
      pgTable('projects', { ...own(), name: text(), count: integer() }, (t) => [...isolate(t)]),
    ],
  ])(
    '%s',
    async (_, next, table) => {
      const writesBoth = uses(table, { name: 'x' });
      await rollOut([
        { migrate: old.application, running: [old] },
        { migrate: writesBoth.application, running: [old, writesBoth, next] },
        { migrate: next.application, running: [next] },
      ]);
    },
    60_000,
  );

  const [, viewSql = ''] = /```sql\n(create view[\s\S]*?)```/.exec(guide) ?? [];

  test.each([
    ['for a renamed table', uses(works), { tables: { projects: 'works' } }, viewSql],
    [
      'for a table that moved',
      { ...uses(inCrm), application: app({ crm, inCrm }) },
      { schemas: { projects: 'crm' } },
      viewSql.replace('from works', 'from crm.projects'),
    ],
  ])(
    '%s',
    async (_, next, renamed, view) => {
      expect(view).toContain('security_invoker');
      await rollOut([
        { migrate: old.application, running: [old] },
        { migrate: next.application, renames: renamed, own: view, running: [old, next] },
        { own: 'drop view projects', running: [next] },
      ]);
    },
    60_000,
  );

  test('for a shared table that becomes isolated', async () => {
    const [before, next] = [reads(isShared), uses(keyedIsolated)];
    await rollOut([
      { migrate: before.application, running: [before] },
      { migrate: next.application, running: [before, next] },
    ]);
  }, 60_000);
});
