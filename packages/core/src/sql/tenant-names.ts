import { defaultSchema } from './text-in-schema.ts';

/** The tenant column for a tenancy word: `organization_id`. */
export const tenantColumnOf = (tenant: string): string =>
  `${tenant.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_id`;

/** The setting that carries the tenant: `app.organization_id`, `workspaces_tenancy.workspace_id`. */
export const settingOf = (schema: string, tenant: string): string =>
  `${schema === defaultSchema ? 'app' : schema}.${tenantColumnOf(tenant)}`;
