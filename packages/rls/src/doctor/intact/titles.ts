import type { GeneratedObject } from '../../generate/index.ts';

type Named = Pick<GeneratedObject, 'kind' | 'of' | 'schema' | 'relation' | 'name'>;

const path = (schema: string, name: string) => (schema === 'public' ? name : `${schema}.${name}`);

/** The title in findings: `tenantry.can(text)`, `projects.projects_tenant_floor`. */
export function objectTitle({ kind, of, schema, relation, name }: Named): string {
  if (kind === 'role') return `role ${name}`;
  if (kind === 'schema' || of === 'schema') return `schema ${schema}`;
  if (kind === 'grant' || kind === 'owner' || kind === 'row security')
    return path(schema, relation);
  if (kind === 'comment' && name === '') return path(schema, relation);
  return relation === '' ? path(schema, name) : `${path(schema, relation)}.${name}`;
}

/** With its kind: `function tenantry.can(text)`, `policy projects_tenant_floor`. */
export function kindTitle({ kind, of, schema, relation, name }: Named): string {
  if (kind === 'grant' || kind === 'owner') {
    return `${of ?? 'table'} ${relation === '' ? schema : path(schema, relation)}`;
  }
  if (kind === 'row security') return `row-level security of ${path(schema, relation)}`;
  if (kind === 'comment') return `comment on ${of ?? 'table'} ${name || relation}`;
  return relation === '' && kind !== 'role' && kind !== 'schema'
    ? `${kind} ${path(schema, name)}`
    : `${kind} ${name}`;
}
