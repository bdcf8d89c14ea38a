import { defineTenancy } from '@tenantry/core';

export const workspaces = defineTenancy({ tenant: 'workspace', id: 'uuid', schema: 'workspaces' });
