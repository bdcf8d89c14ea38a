import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase } from '@tenantry/testing/vitest';
import { withDatabase } from './database.ts';
import { emptyProject, type TestProject } from './project.ts';

/** What the project's own first migration makes. */
export const ownTables = `
create table organizations (id uuid primary key default gen_random_uuid(), name text not null, slug text not null unique);
create table memberships (
  organization_id uuid not null references organizations (id), user_id text not null,
  primary key (organization_id, user_id));
create table projects (
  id serial primary key, organization_id uuid not null, name text not null, "camelCase" text);
create table tasks (
  organization_id uuid not null, id uuid not null default gen_random_uuid(), project_id integer not null,
  title varchar(40) not null, primary key (organization_id, id));
create table countries (code text primary key);
`;

/** What `tenantry.config.ts` declares. */
export const tables = `{
    organizations: tenants,
    memberships: (t) => isolate(t, { key: [t.user_id] }),
    projects: isolate,
    tasks: (t, { projects }) => [
      ...isolate(t),
      ...reference(t, { column: t.project_id, to: projects, onDelete: 'cascade' }),
    ],
    countries: shared,
  }`;

export const configOf = (url: string, declared: string, more = '') => `
import { defineConfig, featureTables } from 'tenantry';
import { defineIsolation } from '@tenantry/rls';
import { tenancy } from './src/tenancy.ts';
${more}
const { isolate, tenants, reference, shared } = defineIsolation(tenancy);
export default defineConfig({
  tenancy,
  tables: ${declared},
  directory: { tenant: 'organizations.id', claims: { slug: 'organizations.slug' }, member: 'memberships.user_id' },
  database: { migrationUrl: '${url}', url: '${url}', shadowUrl: '${url}' },
  ${more === '' ? '' : 'features: [rbac],'}
});
`;

/** A project without a Drizzle schema, on an empty database. */
export async function plainProject(packages: readonly string[] = []) {
  const { url } = await testDatabase();
  const project = emptyProject(packages);
  project.write('package.json', '{ "type": "module", "private": true }');
  project.write(
    'src/tenancy.ts',
    "import { defineTenancy } from '@tenantry/core';\nexport const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });\n",
  );
  project.write('migrations/0001_tables.sql', ownTables);
  project.write('tenantry.config.ts', configOf(url, tables));
  const applied = new Set<string>();
  return {
    project,
    url,
    /** Runs the files that have not run yet, each in a transaction, as any runner does. */
    apply: () =>
      withDatabase(url, async (client) => {
        for (const file of filesOf(project)) {
          if (applied.has(file)) continue;
          await client.query(
            `begin;\n${readFileSync(join(project.folder, 'migrations', file), 'utf8')}\ncommit;`,
          );
          applied.add(file);
        }
      }),
    ask: (text: string) => withDatabase(url, async (client) => (await client.query(text)).rows),
  };
}

export const filesOf = ({ folder }: TestProject) =>
  readdirSync(join(folder, 'migrations'))
    .filter((file) => file.endsWith('.sql'))
    .sort();
