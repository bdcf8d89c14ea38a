import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { testServer } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import { articleFiles, tasksTable } from './fixtures/article.ts';
import { catalogueOf, differences } from './support/database.ts';
import { type TestProject, testProject } from './support/project.ts';

const slow = 600_000;
process.env.TENANTRY_SHADOW_URL = (await testServer()).url;

const base = testProject(articleFiles);
expect((await base.tenantry('generate', '--name', 'tables')).code).toBe(0);

const notes = tasksTable.replaceAll('tasks', 'notes').replaceAll('Tasks', 'Notes');
const withTables = (project: TestProject, ...tables: readonly string[]) =>
  project.write('src/schema.ts', articleFiles['src/schema.ts'] + tables.join('\n'));

const contents = ({ folder, read }: TestProject) =>
  (readdirSync(join(folder, 'drizzle'), { recursive: true }) as string[])
    .filter((file) => /\.\w+$/.test(file))
    .sort()
    .map((file) => [file, read(`drizzle/${file}`)]);

async function expectRefused(project: TestProject, found: string | RegExp) {
  const before = contents(project);
  const { code, text } = await project.tenantry('generate');
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringMatching(found) });
  expect(text).toContain('Nothing was written.');
  expect(contents(project)).toEqual(before);
}

interface Journal {
  entries: { idx: number; when: number; tag: string }[];
}

test(
  'two branches that were merged by hand, and replay, are refused; the way out leads to both',
  async () => {
    const [ours, theirs] = [base.copy(), base.copy()];
    withTables(ours, notes);
    expect((await ours.tenantry('generate', '--name', 'notes')).code).toBe(0);
    withTables(theirs, tasksTable);
    expect((await theirs.tenantry('generate', '--name', 'tasks')).code).toBe(0);

    // the migrations of ours behind those of theirs, with numbers and parents as if they were made so
    const journal = JSON.parse(theirs.read('drizzle/meta/_journal.json')) as Journal;
    const own = JSON.parse(ours.read('drizzle/meta/_journal.json')) as Journal;
    let parent = JSON.parse(theirs.read('drizzle/meta/0004_snapshot.json')).id as string;
    const merged = theirs.copy();
    for (const { idx, when, tag } of own.entries.slice(3)) {
      const number = (at: number) => String(at).padStart(4, '0');
      const snapshot = JSON.parse(ours.read(`drizzle/meta/${number(idx)}_snapshot.json`));
      merged.write(
        `drizzle/meta/${number(idx + 2)}_snapshot.json`,
        JSON.stringify({ ...snapshot, prevId: parent }),
      );
      parent = snapshot.id;
      const moved = tag.replace(/^\d+/, number(idx + 2));
      merged.write(`drizzle/${moved}.sql`, ours.read(`drizzle/${tag}.sql`));
      journal.entries.push({ ...(own.entries[idx] as object), idx: idx + 2, when, tag: moved });
    }
    merged.write('drizzle/meta/_journal.json', JSON.stringify(journal));
    withTables(merged, tasksTable, notes);
    expect((await catalogueOf(merged)).size).toBeGreaterThan(0); // it replays
    await expectRefused(merged, /makes once more .*: table tasks \(0003_tasks\)/);

    const out = theirs.copy();
    withTables(out, tasksTable, notes);
    expect((await out.tenantry('generate', '--name', 'notes')).code).toBe(0);
    const made = testProject(articleFiles);
    withTables(made, tasksTable, notes);
    expect((await made.tenantry('generate')).code).toBe(0);
    expect(differences(await catalogueOf(out), await catalogueOf(made))).toEqual([]);
  },
  slow,
);

describe('nothing is half-done', () => {
  test(
    'where the journal is in conflict',
    async () => {
      const project = base.copy();
      withTables(project, tasksTable);
      const journal = project.read('drizzle/meta/_journal.json');
      project.write(
        'drizzle/meta/_journal.json',
        `<<<<<<< HEAD\n${journal}=======\n${journal}>>>>>>> b\n`,
      );
      await expectRefused(project, /meta\/_journal\.json is in conflict after a merge/);
    },
    slow,
  );

  test.each(['none', 'uuid'])(
    'where migrations.prefix is %s',
    async (prefix) => {
      const project = base.copy();
      withTables(project, tasksTable);
      project.write(
        'drizzle.config.ts',
        `export default { dialect: 'postgresql', schema: './src/schema.ts', out: './drizzle', migrations: { prefix: '${prefix}' } };`,
      );
      await expectRefused(project, `migrations.prefix is "${prefix}"`);
    },
    slow,
  );

  test(
    'where a statement of drizzle-kit runs in no transaction',
    async () => {
      const project = base.copy();
      project.write(
        'src/schema.ts',
        articleFiles['src/schema.ts']
          .replace('pgTable, text', 'index, pgTable, text')
          .replace(
            '  ...isolate(t),\n',
            "  ...isolate(t),\n  index('by_name').on(t.name).concurrently(),\n",
          ),
      );
      await expectRefused(
        project,
        /cannot run inside a transaction block[\s\S]*run it by hand before/,
      );
    },
    slow,
  );
});
