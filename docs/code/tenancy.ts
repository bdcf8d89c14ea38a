import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const {
  isolate,
  isolateThrough,
  reference,
  searchable,
  shared,
  systemOnly,
  tenants,
  visibleThrough,
} = defineIsolation(tenancy);
