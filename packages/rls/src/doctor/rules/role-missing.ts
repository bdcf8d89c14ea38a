import type { Rule } from './rule.ts';

/** The role that serves tenants exists. */
export const roleMissing: Rule = {
  id: 'role-missing',
  group: 'roles',
  severity: 'error',
  title: 'The role that serves tenants exists',
  *find({ catalogue, roleName }) {
    if (catalogue.role !== undefined) return;
    yield {
      object: `role ${roleName}`,
      found: `there is no role ${roleName}, so nothing can be said of its rights.`,
      fix: 'Run the migrations of `npx tenantry generate`, or name the role that serves tenants with --role.',
    };
  },
};
