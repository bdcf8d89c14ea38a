import type { Missing } from '@tenantry/rls/generate';

/** `trigger public.projects.tenantry_audit goes` */
export const titleOfGone = ({ kind, schema, relation, name }: Missing['gone'][number]) =>
  `${kind} ${[schema, relation, name].filter(Boolean).join('.')} goes`;
