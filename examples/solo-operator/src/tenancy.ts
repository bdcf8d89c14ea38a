import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** The tenant is the business, not the person who runs it: a business can hire, and can be sold. */
export const tenancy = defineTenancy({ tenant: 'business', id: 'text' });

export const { isolate, numbered, reference, systemOnly, tenants, visibleThrough } =
  defineIsolation(tenancy);
