import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** The tenant is the customer; its workspaces are a narrower scope inside of it. */
export const tenancy = defineTenancy({ tenant: 'tenant', id: 'uuid' });

export const { isolate, isolateThrough, reference, shared } = defineIsolation(tenancy);
