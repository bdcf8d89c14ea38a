import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { articleFiles, schemaModule, tasksTable } from './fixtures/article.ts';
import { catalogueAt, catalogueOf, differences, migrateTo } from './support/database.ts';
import { testProject } from './support/project.ts';

const slow = 600_000;
const configFor = (prefix: string) => `import { defineConfig } from 'drizzle-kit';
export default defineConfig({
  dialect: 'postgresql', schema: './src/schema.ts', out: './drizzle', migrations: { prefix: '${prefix}' },
});
`;

test(
  'without a prefix, no file is written over another one of its name',
  async () => {
    const project = testProject({ ...articleFiles, 'drizzle.config.ts': configFor('none') });
    const { url } = await testDatabase();
    expect((await project.tenantry('generate', '--name', 'tables')).code).toBe(0);
    const first = Object.fromEntries(
      project.migrations().map((file) => [file, project.read(`drizzle/${file}`)]),
    );
    await migrateTo(url, project);
    project.write('src/schema.ts', schemaModule + tasksTable);
    expect((await project.tenantry('generate', '--name', 'tables')).code).toBe(0);
    expect(project.migrations()).toHaveLength(5);
    for (const [file, text] of Object.entries(first)) {
      expect(project.read(`drizzle/${file}`)).toBe(text);
    }
    await migrateTo(url, project);
    expect(differences(await catalogueAt(url), await catalogueOf(project))).toEqual([]);
  },
  slow,
);
