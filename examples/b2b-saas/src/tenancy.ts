import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** One word for the tenant; the column organization_id and everything else follows from it. */
export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });

export const { numbered, reference } = defineIsolation(tenancy);
