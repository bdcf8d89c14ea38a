import { defineRbac } from '@tenantry/rbac';
import { tenancy } from './tenancy.ts';

/**
 * A role may be held for the whole tenant, or for one workspace: there it holds for the workspace, its
 * projects and their documents, and the policies of these tables say so.
 */
export const rbac = defineRbac(tenancy, {
  permissions: {
    workspaces: ['create', 'read', 'update', 'delete'],
    projects: ['create', 'read', 'update', 'delete'],
    documents: ['create', 'read', 'update', 'delete', 'restore'],
    members: ['invite', 'remove', 'assign'],
    billing: ['manage'],
    audit: ['read'],
  },
  roles: {
    viewer: ['workspaces:read', 'projects:read', 'documents:read'],
    editor: ['viewer', 'documents:create', 'documents:update', 'documents:delete'],
    manager: ['editor', 'workspaces:update', 'projects:*', 'documents:restore'],
    admin: ['workspaces:*', 'projects:*', 'documents:*', 'members:*', 'audit:*'],
    owner: ['*'],
  },
});
