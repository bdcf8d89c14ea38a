import { describe, expect, test } from 'vitest';
import {
  filesWith,
  isolatedTemplates,
  oldMigrations,
  sharedTemplates,
} from './fixtures/histories.ts';
import { catalogueOf, differences } from './support/database.ts';
import { type Answered, type TestProject, testProject } from './support/project.ts';

const slow = 600_000;

/** Every way to answer the questions of drizzle-kit on the way to a schema; a project for each. */
async function everyAnswer(
  start: TestProject,
  change: (project: TestProject) => void,
): Promise<{ readonly project: TestProject; readonly run: Answered }[]> {
  const found: { project: TestProject; run: Answered }[] = [];
  const open: number[][] = [[]];
  for (let answers = open.pop(); answers !== undefined; answers = open.pop()) {
    const project = start.copy();
    change(project);
    const run = await project.inTerminal(answers, 'generate', '--name', 'change');
    found.push({ project, run });
    for (let at = answers.length; at < run.asked.length; at += 1) {
      const others = run.asked[at]?.options.length ?? 1;
      const before = run.asked.slice(0, at).map((_, i) => answers[i] ?? 0);
      for (let other = 1; other < others; other += 1) open.push([...before, other]);
    }
  }
  return found;
}

const title = ({ asked }: Answered) => asked.map(({ answer }) => answer).join(' | ');

/** Policies, row security, rights and triggers: what keeps tenants apart. */
const walls = (lines: readonly string[]) =>
  lines.filter((line) => /^(policy|table|rights|trigger|function)/.test(line));

async function expectNeverOpen(start: TestProject, change: (project: TestProject) => void) {
  const made = testProject({});
  for (const file of ['src/tenancy.ts', 'src/schema.ts', 'tenantry.config.ts'])
    made.write(file, start.read(file));
  change(made);
  expect((await made.tenantry('generate')).code).toBe(0);
  const wanted = await catalogueOf(made);
  const ways = await everyAnswer(start, change);
  for (const { project, run } of ways) {
    expect({ code: run.code, text: run.text }).toMatchObject({ code: 0 });
    const lines = differences(await catalogueOf(project), wanted);
    expect({ answers: title(run), lines: walls(lines) }).toEqual({
      answers: title(run),
      lines: [],
    });
  }
  return ways;
}

describe('whatever is answered, no table is more open than it is declared', () => {
  test(
    'when a shared table becomes isolated, with a column that goes',
    async () => {
      const start = testProject(filesWith(sharedTemplates.replace('body:', 'owner:')));
      expect((await start.tenantry('generate')).code).toBe(0);
      const ways = await expectNeverOpen(start, (project) => {
        project.write('src/schema.ts', filesWith(isolatedTemplates)['src/schema.ts'] as string);
      });
      expect(ways.map(({ run }) => title(run))).toEqual([
        expect.stringContaining('create column'),
        expect.stringContaining('rename column'),
      ]);
    },
    slow,
  );

  test(
    'when a table is renamed, or another one comes in its place',
    async () => {
      const start = testProject(filesWith(isolatedTemplates));
      expect((await start.tenantry('generate')).code).toBe(0);
      const ways = await expectNeverOpen(start, (project) => {
        project.write(
          'src/schema.ts',
          project.read('src/schema.ts').replace("pgTable('projects'", "pgTable('plans_of_work'"),
        );
      });
      expect(ways).toHaveLength(2);
    },
    slow,
  );

  test(
    'when a table that every tenant reads takes the name of one that is isolated',
    async () => {
      const start = testProject(filesWith(isolatedTemplates));
      expect((await start.tenantry('generate')).code).toBe(0);
      const ways = await expectNeverOpen(start, (project) => {
        const open = sharedTemplates.replace("pgTable('templates'", "pgTable('snippets'");
        project.write('src/schema.ts', filesWith(open)['src/schema.ts'] as string);
      });
      expect(ways).toHaveLength(2);
    },
    slow,
  );

  test(
    'when the policies were still drizzle-kit’s, and the user has a new one',
    async () => {
      const start = testProject({ ...filesWith(sharedTemplates), ...oldMigrations('fresh') });
      const ways = await expectNeverOpen(start, (project) => {
        const own = isolatedTemplates.replace(
          '[...isolate(t)]',
          "[...isolate(t), pgPolicy('drafts', { for: 'select', to: 'app', using: sql`${t.body} <> ''` })]",
        );
        project.write('src/schema.ts', filesWith(own)['src/schema.ts'] as string);
      });
      expect(ways.length).toBeGreaterThan(1);
    },
    slow,
  );
});

describe('what an earlier answer broke is mended by the next migration, which says so', () => {
  test(
    'a floor that lets everything through, because it was a shared table’s policy',
    async () => {
      const project = testProject({ ...filesWith(isolatedTemplates), ...oldMigrations('opened') });
      const { code, text } = await project.tenantry('generate');
      expect({ code, text }).toMatchObject({ code: 0 });
      expect(text).toContain('mends: policy templates_tenant_floor of public.templates');
      const made = testProject(filesWith(isolatedTemplates));
      expect((await made.tenantry('generate')).code).toBe(0);
      expect(differences(await catalogueOf(project), await catalogueOf(made))).toEqual([]);
      expect((await project.tenantry('generate', '--check')).code).toBe(0);
    },
    slow,
  );

  test(
    'an isolation and a floor that changed places when their table was renamed',
    async () => {
      const renamed = (files: Record<string, string>) => ({
        ...files,
        'src/schema.ts': (files['src/schema.ts'] as string).replace(
          "pgTable('tasks'",
          "pgTable('duties'",
        ),
      });
      const files = renamed(filesWith(sharedTemplates));
      const project = testProject({ ...files, ...oldMigrations('swapped') });
      const { code, text } = await project.tenantry('generate');
      expect({ code, text }).toMatchObject({ code: 0 });
      expect(text).toContain('mends: policy duties_tenant_isolation');
      expect(text).toContain('mends: policy duties_tenant_floor');
      const made = testProject(files);
      expect((await made.tenantry('generate')).code).toBe(0);
      expect(differences(await catalogueOf(project), await catalogueOf(made))).toEqual([]);
    },
    slow,
  );
});
