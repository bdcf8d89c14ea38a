import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema } from '@tenantry/testing/schema';
import { index, pgSchema, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { type BenchDatabase, createLogins } from '../lib/database.ts';

export const tenancy = defineTenancy({ tenant: 'tenant', id: 'uuid' });
const { isolate, isolateThrough, reference } = defineIsolation(tenancy);

export const login = 'through_web';
const workspacesPerTenant = 4;
export const projectsPerWorkspace = 25;
const projectsPerTenant = workspacesPerTenant * projectsPerWorkspace;
export const documentsPerProject = 100;
export const documentsPerTenant = projectsPerTenant * documentsPerProject;

const scoped = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  name: text().notNull(),
});
const workspaces = pgTable('workspaces', scoped(), (t) => [...isolate(t)]);
const projects = pgTable(
  'projects',
  { ...scoped(), workspaceId: uuid('workspace_id').notNull() },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.workspaceId, to: () => workspaces }),
    index('projects_workspace_idx').on(t.tenantId, t.workspaceId),
  ],
);
const documents = pgTable(
  'documents',
  { ...scoped(), projectId: uuid('project_id').notNull() },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.projectId, to: () => projects }),
    index('documents_project_idx').on(t.tenantId, t.projectId, t.name),
  ],
);

// the same as the diagram of examples/workspaces draws it: only the workspace has a tenant
const drawn = pgSchema('drawn');
const own = () => ({ id: uuid().primaryKey().defaultRandom(), name: text().notNull() });
const drawnWorkspaces = drawn.table(
  'workspaces',
  { ...tenancy.columns.scoped(), ...own() },
  (t) => [...isolate(t)],
);
const drawnProjects = drawn.table(
  'projects',
  {
    ...own(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => drawnWorkspaces.id),
  },
  (t) => [
    ...isolateThrough(t, { column: t.workspaceId, parent: () => drawnWorkspaces }),
    index('drawn_projects_workspace_idx').on(t.workspaceId),
  ],
);
const drawnDocuments = drawn.table(
  'documents',
  {
    ...own(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => drawnProjects.id),
  },
  (t) => [
    ...isolateThrough(t, { column: t.projectId, parent: () => drawnProjects }),
    index('drawn_documents_project_idx').on(t.projectId, t.name),
  ],
);

/** The id of a row of a kind, such as the third tenant; both schemas have the same rows. */
export const idOf = (kind: 't' | 'w' | 'p' | 'd', n: number | string) =>
  `md5('${kind}' || ${n})::uuid`;

/** Makes roles, tables and policies, and the rows of so many tenants on both sides. */
export async function prepare(database: BenchDatabase, tenants: number): Promise<void> {
  const schema = {
    workspaces,
    projects,
    documents,
    drawnWorkspaces,
    drawnProjects,
    drawnDocuments,
  };
  await database.ask('create schema drawn');
  await applySchema(database.ownerUrl, { tenancy, schema });
  await createLogins(database, { [login]: `noinherit in role ${tenancy.roles.app}` });
  // n counts the rows of a kind; those of one parent follow each other
  const each = (perTenant: number) => `generate_series(0, ${tenants * perTenant - 1}) n`;
  const tenant = (perTenant: number) => idOf('t', `n / ${perTenant}`);
  await database.ask(`
    insert into workspaces (tenant_id, id, name)
      select ${tenant(workspacesPerTenant)}, ${idOf('w', 'n')}, 'Workspace ' || n
      from ${each(workspacesPerTenant)};
    insert into projects (tenant_id, id, name, workspace_id)
      select ${tenant(projectsPerTenant)}, ${idOf('p', 'n')}, 'Project ' || n,
        ${idOf('w', `n / ${projectsPerWorkspace}`)}
      from ${each(projectsPerTenant)};
    insert into documents (tenant_id, id, name, project_id)
      select ${tenant(documentsPerTenant)}, ${idOf('d', 'n')}, 'Document ' || n,
        ${idOf('p', `n / ${documentsPerProject}`)}
      from ${each(documentsPerTenant)};
    insert into drawn.workspaces (tenant_id, id, name) select tenant_id, id, name from workspaces;
    insert into drawn.projects (id, name, workspace_id) select id, name, workspace_id from projects;
    insert into drawn.documents (id, name, project_id) select id, name, project_id from documents`);
  await database.ask('vacuum (freeze, analyze)');
}
