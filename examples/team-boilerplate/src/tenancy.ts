import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** Decision 1: one word for the tenant. Columns, code, API and pages all say organization. */
export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });

export const { reference, systemOnly } = defineIsolation(tenancy);
