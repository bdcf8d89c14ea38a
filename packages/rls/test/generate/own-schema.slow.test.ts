import { defineTenancy } from '@tenantry/core';
import type { PreviousTenancy } from '@tenantry/core/sql';
import { defineIsolation } from '@tenantry/rls';
import {
  aroundTables,
  generate,
  missing,
  readMigrations,
  rolloutNotes,
} from '@tenantry/rls/generate';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { History } from '../support/history.ts';

interface Given {
  readonly tenant?: string;
  readonly id?: 'uuid' | 'text';
  readonly schema?: string;
  readonly context?: 'plain' | 'signed';
  readonly extra?: boolean;
}

function application(
  { tenant = 'workspace', id = 'uuid', extra, ...options }: Given,
  previous?: PreviousTenancy,
) {
  const tenancy = defineTenancy({ tenant: tenant as 'workspace', id, ...options });
  const { isolate } = defineIsolation(tenancy);
  const boards = pgTable(
    'boards',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      name: text().notNull(),
      ...(extra && { more: text() }),
    },
    (t) => [...isolate(t)],
  );
  return { tenancy, schema: { boards }, ...(previous !== undefined && { previous }) };
}

const inOwn = (given: Given = {}, previous?: PreviousTenancy) =>
  application({ schema: 'own', ...given }, previous);

test.each(['uuid', 'text'] as const)(
  'an application in a schema of its own evolves (%s)',
  async (id) => {
    const history = await History.begin();
    for (const next of [
      inOwn({ id }),
      inOwn({ id, extra: true }),
      inOwn({ id, extra: true, context: 'signed' }, { context: 'plain' }),
      inOwn({ id, context: 'signed' }),
      inOwn({ id }),
    ]) {
      await history.step(next);
      expect(await history.differences()).toEqual([]);
    }
  },
);

test('what has to be deployed in which order is said of it too', async () => {
  const history = await History.begin();
  await history.step(inOwn());
  const notes = (given: Given) => {
    const { foundation, sections } = generate(inOwn(given));
    return rolloutNotes([foundation, ...sections], readMigrations(history.files));
  };
  expect(notes({ context: 'signed' })).toEqual([expect.stringContaining('the context is signed')]);
  expect(notes({ tenant: 'team' })).toEqual([
    expect.stringContaining('named by own.team_id instead of own.workspace_id'),
  ]);
  expect(notes({})).toEqual([]);
});

test('a tenancy may take another word in its schema', async () => {
  const history = await History.begin();
  await history.step(inOwn());
  await history.step(inOwn({ tenant: 'team' }), {
    columns: { boards: { workspace_id: 'team_id' } },
  });
  expect(await history.differences()).toEqual([]);
});

test.each([
  ['tenantry', 'own'],
  ['own', 'tenantry'],
  ['own', 'other'],
])('a folder of migrations keeps its schema: %s is not made %s', async (from, to) => {
  const history = await History.begin();
  await history.step(application({ schema: from }));
  const before = history.files.length;
  await expect(history.step(application({ schema: to }))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    found: expect.stringContaining(
      `names the schema ${to}, and the migrations of this folder made ${from}`,
    ),
    fix: expect.stringMatching(new RegExp(`schema: '${from}'.*a folder of migrations of its own`)),
  });
  expect(history.files).toHaveLength(before);
  const { foundation, sections } = generate(application({ schema: from }));
  expect(missing([foundation, ...sections], readMigrations(history.files)).sections).toEqual([]);
});

test.each(['plain', 'signed'] as const)(
  'a tenant column that comes later gets its default afterwards (%s)',
  (context) => {
    const { foundation, sections, tables } = generate(inOwn({ id: 'text', context }));
    const of =
      context === 'plain'
        ? `coalesce(nullif(current_setting('own.workspace_id', true), ''), own.no_tenant())`
        : 'own.current_tenant()';
    const text = aroundTables({
      text: `ALTER TABLE "boards" ADD COLUMN "workspace_id" text DEFAULT (${of}) NOT NULL;`,
      before: readMigrations([]),
      all: [foundation, ...sections],
      tables,
    });
    expect(text).toContain('ADD COLUMN "workspace_id" text;');
    expect(text).toContain(`SET DEFAULT (${of});`);
  },
);
