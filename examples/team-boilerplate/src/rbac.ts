import { defineRbac, type PermissionOf } from '@tenantry/rbac';
import { tenancy } from './tenancy.ts';

/**
 * Decision 3: roles are rows. Code knows permissions, and the two roles that every organization begins
 * with; each further role is made in the database, while the application runs.
 */
export const rbac = defineRbac(tenancy, {
  permissions: {
    projects: ['read', 'create', 'update', 'delete'],
    tasks: ['read', 'create', 'update', 'delete'],
    organization: ['update'],
    members: ['invite', 'assign', 'remove'],
    roles: ['manage'],
  },
  roles: {
    member: ['projects:read', 'tasks:read', 'tasks:create', 'tasks:update'],
    owner: ['*'],
  },
});

/** Everything that can be allowed: `'projects:create'` and the others. */
export type Permission = PermissionOf<typeof rbac>;
