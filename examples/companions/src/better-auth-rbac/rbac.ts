import { defineTenancy } from '@tenantry/core';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const { systemOnly } = defineIsolation(tenancy);

export const rbac = defineRbac(tenancy, {
  permissions: { projects: ['create', 'read'], members: ['invite', 'remove'] },
  roles: {
    viewer: ['projects:read'],
    member: ['viewer', 'projects:create'],
    owner: ['*'],
  },
});
