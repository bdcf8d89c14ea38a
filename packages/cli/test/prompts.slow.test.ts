import { describe, expect, test } from 'vitest';
import {
  filesWith,
  isolatedTemplates,
  oldMigrations,
  ownPolicy,
  sharedTemplates,
} from './fixtures/histories.ts';
import { expectNeverOpen } from './support/answers.ts';
import { catalogueOf, differences } from './support/database.ts';
import { testProject } from './support/project.ts';

const slow = 600_000;

describe('whatever is answered, no table is more open than it is declared', () => {
  test(
    'when the policies were still drizzle-kit’s, and the user has a new one',
    async () => {
      const start = testProject({ ...filesWith(sharedTemplates), ...oldMigrations('fresh') });
      const ways = await expectNeverOpen(start, (project) => {
        const own = isolatedTemplates.replace('[...isolate(t)]', `[...isolate(t), ${ownPolicy}]`);
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
