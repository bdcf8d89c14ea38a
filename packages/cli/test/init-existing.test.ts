import { expect, test } from 'vitest';
import { emptyProject } from './support/project.ts';

const schema = (
  id: string,
  column: string,
) => `import { bigserial, integer, pgTable, serial, text, uuid } from 'drizzle-orm/pg-core';
export const users = pgTable('users', { id: serial().primaryKey() });
export const teams = pgTable('teams', { id: ${id}, name: text().notNull() });
export const members = pgTable('team_members', { id: serial().primaryKey(), teamId: ${column}('team_id').notNull().references(() => teams.id) });
export const logs = pgTable('activity_logs', { id: serial().primaryKey(), teamId: ${column}('team_id').notNull() });
`;

function projectWith(files: Readonly<Record<string, string>>) {
  const project = emptyProject(['@tenantry/testing', 'pg', 'vitest']);
  project.write('package.json', '{ "type": "module", "private": true }');
  project.write(
    'drizzle.config.ts',
    "export default { dialect: 'postgresql', schema: './src/schema.ts' };",
  );
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

test('the word and the kind of ids are those of the tables, and adopt is the next step', async () => {
  const project = projectWith({ 'src/schema.ts': schema('uuid().primaryKey()', 'uuid') });
  const { code, text } = await project.tenantry('init', '--yes');
  expect(code).toBe(0);
  expect(text).toContain(
    'table teams holds the tenants, with ids of type uuid; 2 tables point at it, most by team_id',
  );
  expect(text).toContain('tenantry adopt');
  expect(project.read('src/tenancy.ts')).toContain("defineTenancy({ tenant: 'team', id: 'uuid' })");
  expect(project.read('src/schema.ts')).toBe(schema('uuid().primaryKey()', 'uuid'));
});

test('what is said goes before what is found', async () => {
  const project = projectWith({ 'src/schema.ts': schema('text().primaryKey()', 'text') });
  await project.tenantry('init', '--yes', '--tenant', 'workspace');
  expect(project.read('src/tenancy.ts')).toContain(
    "defineTenancy({ tenant: 'workspace', id: 'text' })",
  );
});

test('a driver that goes past the tenant pool is named with its file', async () => {
  const project = projectWith({
    'src/schema.ts': schema('uuid().primaryKey()', 'uuid'),
    'src/db.ts':
      "import { drizzle } from 'drizzle-orm/postgres-js';\nimport postgres from 'postgres';\nexport const db = drizzle(postgres(''));\n",
    'src/edge.ts':
      "import { neon } from '@neondatabase/serverless';\nimport { drizzle } from 'drizzle-orm/neon-http';\nexport const db = drizzle(neon(''));\n",
    'src/jobs.ts': "import pg from 'pg';\nexport const pool = new pg.Pool({});\n",
    'node_modules/other/index.js': "require('postgres')",
  });
  const { text } = await project.tenantry('init', '--dry-run');
  expect(text).toContain('! src/db.ts uses postgres.js, which goes past the tenant pool');
  expect(text).toContain('! src/edge.ts uses neon-http, which goes past the tenant pool');
  expect(text).toContain('! src/jobs.ts uses pg.Pool, which goes past the tenant pool');
  expect(text.match(/goes past the tenant pool/g)?.length).toBe(4);
});

test('a schema that cannot be loaded stops nothing', async () => {
  const project = projectWith({ 'src/schema.ts': "import './nowhere.ts';" });
  expect((await project.tenantry('init', '--dry-run')).code).toBe(0);
});
