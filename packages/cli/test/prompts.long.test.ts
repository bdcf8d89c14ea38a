import { describe, expect, test } from 'vitest';
import { filesWith, isolatedTemplates, sharedTemplates } from './fixtures/histories.ts';
import { expectNeverOpen, title } from './support/answers.ts';
import { testProject } from './support/project.ts';

const slow = 600_000;

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
});
