import { expect, test } from 'vitest';
import { articleFiles } from './fixtures/article.ts';
import { catalogueOf } from './support/database.ts';
import { testProject } from './support/project.ts';

test.each(['index', 'timestamp', 'supabase', 'unix'])(
  'prefix %s: the order of the names is that of the journal',
  async (prefix) => {
    const project = testProject({
      ...articleFiles,
      'drizzle.config.ts': `export default {
  dialect: 'postgresql', schema: './src/schema.ts', out: './drizzle', migrations: { prefix: '${prefix}' },
};
`,
    });
    expect((await project.tenantry('generate', '--name', 'tables')).code).toBe(0);
    const names = project.migrations().map((file) => file.replace(/^\d+_/, ''));
    expect(names).toEqual(['tenantry_foundation.sql', 'tables.sql', 'tenantry_isolation.sql']);
    expect((await catalogueOf(project)).size).toBeGreaterThan(0);
  },
  600_000,
);
