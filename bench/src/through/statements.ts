import {
  documentsPerProject,
  documentsPerTenant,
  idOf,
  projectsPerWorkspace,
  tenancy,
} from './schema.ts';

/** A side of the comparison: tables with a tenant column, or those of the diagram. */
export const sides = ['column', 'through', 'through-joined'] as const;
export type Side = (typeof sides)[number];

/** The operations, in words for whoever reads the tables. */
export const operations = {
  point: 'a document by its id',
  list: 'the first 50 documents of a project, by name',
  join: 'the first 50 documents of a workspace with their projects, by name',
  count: `all ${documentsPerTenant} documents of the tenant`,
};
export type Op = keyof typeof operations;

const joined = `join drawn.projects p on p.id = d.project_id join drawn.workspaces w on w.id = p.workspace_id`;
const ofTenant = `w.tenant_id = current_setting('${tenancy.setting}')::uuid`;

/**
 * The text of an operation for one side. `through-joined` is what one writes for tables without a tenant
 * column once they are large: it names the parents and the tenant, so that PostgreSQL begins there.
 */
export function statementOf(op: Op, side: Side): string {
  const schema = side === 'column' ? '' : 'drawn.';
  const from = `from ${schema}documents d`;
  const parents = side === 'through-joined' ? ` ${joined}` : '';
  const and = side === 'through-joined' ? ` and ${ofTenant}` : '';
  if (op === 'point') return `select d.* ${from}${parents} where d.id = $1${and}`;
  if (op === 'list') {
    return `select d.* ${from}${parents} where d.project_id = $1${and} order by d.name limit 50`;
  }
  if (op === 'join') {
    const withProject = parents || ` join ${schema}projects p on p.id = d.project_id`;
    return `select d.*, p.name as project ${from}${withProject} where p.workspace_id = $1${and}
      order by d.name limit 50`;
  }
  return `select count(*) ${from}${parents}${and.replace(' and', ' where')}`;
}

/** What an operation is asked about, as SQL of an id: something of the tenant n. */
export function subjectOf(op: Op, tenant: number): string {
  const document = tenant * documentsPerTenant + 4321;
  if (op === 'point') return idOf('d', document);
  if (op === 'list') return idOf('p', Math.floor(document / documentsPerProject));
  return idOf('w', Math.floor(document / documentsPerProject / projectsPerWorkspace));
}
