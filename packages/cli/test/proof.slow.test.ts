import { testServer } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import { articleFiles } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

const project = testProject(articleFiles);
process.env.TENANTRY_SHADOW_URL = (await testServer()).url;
const slow = 240_000;
const lastMigration = () => `drizzle/${project.migrations().at(-1)}`;

// One story: each test continues where the one before it stopped.
describe('generate --check, with a server for databases that are thrown away', () => {
  test(
    'proves that the migrations lead to the database of the schema',
    async () => {
      expect((await project.tenantry('generate')).code).toBe(0);
      const { code, text } = await project.tenantry('generate', '--check');
      expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('proven') });
    },
    slow,
  );

  test(
    'names what a migration changed without a word that can be read',
    async () => {
      const whole = project.read(lastMigration());
      const hidden =
        "--> statement-breakpoint\ndo $$ begin execute 'drop ' || 'policy projects_tenant_floor on projects'; end $$;\n";
      project.write(lastMigration(), whole + hidden);
      const { code, text } = await project.tenantry('generate', '--check');
      expect({ code, text }).toMatchObject({ code: 1 });
      expect(text).toContain('policy projects_tenant_floor of public.projects');
      expect(text).toContain('after the migrations  missing');
      project.write(lastMigration(), whole);
    },
    slow,
  );

  test(
    'says which migration does not run, and of which statement',
    async () => {
      const whole = project.read(lastMigration());
      project.write(lastMigration(), `${whole}--> statement-breakpoint\nselect 1 / 0;\n`);
      const { code, text } = await project.tenantry('generate', '--check');
      expect({ code, text }).toMatchObject({ code: 1 });
      expect(text).toContain('0002_tenantry_isolation does not run on an empty database');
      expect(text).toContain('select 1 / 0;');
      project.write(lastMigration(), whole);
    },
    slow,
  );

  test(
    'and generate hands over nothing that does not run',
    async () => {
      const before = project.migrations();
      project.write(
        'src/schema.ts',
        `${articleFiles['src/schema.ts']}
export const odd = pgTable('odd', {
  ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text(),
}, (t) => [...isolate(t, { read: sql\`no_such_function(\${t.name})\` })]);
`.replace(
          "from 'drizzle-orm/pg-core';",
          "from 'drizzle-orm/pg-core';\nimport { sql } from 'drizzle-orm';",
        ),
      );
      const { code, text } = await project.tenantry('generate');
      expect({ code, text }).toMatchObject({ code: 1 });
      expect(text).toContain('no_such_function');
      expect(text).toContain('Nothing was written.');
      expect(project.migrations()).toEqual(before);
    },
    slow,
  );
});
