import { defineRbac } from '@tenantry/rbac';
import { tenancy } from './tenancy.ts';

/**
 * What there is to be allowed, and the roles that every organization begins with. An organization
 * makes further ones as rows, without a word of code.
 */
export const rbac = defineRbac(tenancy, {
  permissions: {
    projects: ['create', 'read', 'update', 'delete'],
    organization: ['update', 'delete'],
    members: ['invite', 'remove', 'assign'],
    roles: ['manage'],
    audit: ['read'],
    billing: ['manage'],
  },
  roles: {
    viewer: ['projects:read'],
    member: ['viewer', 'projects:create', 'projects:update', 'projects:delete'],
    admin: ['projects:*', 'organization:update', 'members:*', 'roles:*', 'audit:*'],
    owner: ['*'],
  },
});
