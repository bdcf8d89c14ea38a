import { expect } from 'vitest';
import { catalogueOf, differences } from './database.ts';
import { type Answered, type TestProject, testProject } from './project.ts';

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

/** What was answered. */
export const title = ({ asked }: Answered) => asked.map(({ answer }) => answer).join(' | ');

/** Policies, row security, rights and triggers: what keeps tenants apart. */
const walls = (lines: readonly string[]) =>
  lines.filter((line) => /^(policy|table|rights|trigger|function)/.test(line));

/** Whatever is answered on the way, the database is as one that began so; or nothing is written. */
export async function expectNeverOpen(start: TestProject, change: (project: TestProject) => void) {
  const made = testProject({});
  for (const file of ['src/tenancy.ts', 'src/schema.ts', 'tenantry.config.ts'])
    made.write(file, start.read(file));
  change(made);
  expect((await made.tenantry('generate')).code).toBe(0);
  const wanted = await catalogueOf(made);
  const ways = await everyAnswer(start, change);
  for (const { project, run } of ways) {
    if (run.code !== 0) {
      // drizzle-kit fails on some answers, and says nothing of it: then nothing may be written
      expect(run.text).toContain('drizzle-kit ended without a migration');
      expect(project.migrations()).toEqual(start.migrations());
      continue;
    }
    const lines = differences(await catalogueOf(project), wanted);
    expect({ answers: title(run), lines: walls(lines) }).toEqual({
      answers: title(run),
      lines: [],
    });
  }
  return ways;
}
