import { expect, test } from 'vitest';
import { articleFiles } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

const changed = {
  'a column is dropped': (schema: string) =>
    schema.replace('  slug: text().notNull().unique(),\n', ''),
  'rights are lost': (schema: string) =>
    schema.replaceAll('...isolate(t),\n', "...isolate(t, { access: 'read' }),\n"),
};

test('generate says in which order to deploy, in the terminal and at the head of the migration', async () => {
  const project = testProject({
    ...articleFiles,
    'tenantry.config.ts': articleFiles['tenantry.config.ts'].replace(
      /directory: \{[\s\S]*?\n {2}\},\n/,
      '',
    ),
  });
  expect((await project.tenantry('generate')).code).toBe(0);
  const schema = articleFiles['src/schema.ts'];

  project.write('src/schema.ts', changed['a column is dropped'](schema));
  const dropped =
    'order: two releases: dropped, not null and without a default: column slug of organizations;';
  const check = await project.tenantry('generate', '--check');
  expect({ ...check }).toMatchObject({ code: 1, text: expect.stringContaining(dropped) });
  const first = await project.tenantry('generate', '--name', 'change');
  expect(first).toMatchObject({ code: 0, text: expect.stringContaining(dropped) });
  const ofTables = project.read('drizzle/0003_change.sql');
  expect(ofTables.startsWith(`-- ${dropped}`)).toBe(true);
  expect(await project.tenantry('generate')).toMatchObject({
    text: expect.stringContaining('nothing to do'),
  });

  project.write('src/schema.ts', changed['rights are lost'](project.read('src/schema.ts')));
  const lost = 'order: deploy the new code first: role app loses';
  const second = await project.tenantry('generate');
  expect(second).toMatchObject({ code: 0, text: expect.stringContaining(lost) });
  const last = project.migrations().at(-1);
  expect(project.read(`drizzle/${last}`)).toContain(`\n-- ${lost}`);
}, 240_000);
