import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** The ids of Clerk and WorkOS are texts: `org_2abc…`. */
export const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });

export const { isolate, systemOnly, tenants, visibleThrough } = defineIsolation(tenancy);
