import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** The ids of better-auth are texts. */
export const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });

export const { isolate, reference, systemOnly, tenants, visibleThrough } = defineIsolation(tenancy);
