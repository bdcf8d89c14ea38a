import { beforeAll, describe, expect, test } from 'vitest';
import { articleFiles } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

const slow = 600_000;

// a user who named no server, and whose tests bring one from npm
delete process.env.TENANTRY_SHADOW_URL;
delete process.env.TEST_DATABASE_URL;
process.env.TEST_POSTGRES = 'embedded';

const project = testProject(articleFiles, ['@tenantry/testing']);
const without = testProject(articleFiles);
beforeAll(async () => {
  expect(await project.tenantry('generate')).toMatchObject({ code: 0 });
  for (const file of [...project.migrations(), 'meta/_journal.json'])
    without.write(`drizzle/${file}`, project.read(`drizzle/${file}`));
  for (const number of [0, 1, 2]) {
    const file = `drizzle/meta/000${number}_snapshot.json`;
    without.write(file, project.read(file));
  }
}, slow);

describe('generate --check, where no server is named', () => {
  test(
    'starts one that @tenantry/testing brings, and proves the migrations there',
    async () => {
      const { code, text } = await project.tenantry('generate', '--check');
      expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('proven: ') });
    },
    slow,
  );

  test(
    'finds what a migration changed there, too',
    async () => {
      const last = `drizzle/${project.migrations().at(-1)}`;
      const whole = project.read(last);
      project.write(
        last,
        `${whole}--> statement-breakpoint\ndo $$ begin execute 'drop ' || 'policy projects_tenant_floor on projects'; end $$;\n`,
      );
      const { code, text } = await project.tenantry('generate', '--check');
      project.write(last, whole);
      expect({ code, text }).toMatchObject({ code: 1 });
      expect(text).toContain('policy projects_tenant_floor of public.projects');
    },
    slow,
  );

  test(
    'says why nothing was proven, and fails, when that server does not start',
    async () => {
      process.env.TEST_POSTGRES_VERSION = '9';
      const { code, text } = await project.tenantry('generate', '--check').finally(() => {
        delete process.env.TEST_POSTGRES_VERSION;
      });
      expect({ code, text }).toMatchObject({ code: 1 });
      expect(text).toContain('up to date');
      expect(text).toContain('nothing was proven');
      expect(text).toContain('database.shadowUrl');
    },
    slow,
  );

  test(
    'says that nothing was proven where nothing can start one',
    async () => {
      const { code, text } = await without.tenantry('generate', '--check');
      expect({ code, text }).toMatchObject({ code: 0 });
      expect(text).toContain('not proven on a database');
    },
    slow,
  );
});
