import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** One server, or a Citus cluster: the rest of the application is the same. */
const dialect = (process.env.DATABASE_DIALECT || 'postgres') as 'postgres' | 'citus';

/** The tenant is the customer; its workspaces are a narrower scope inside of it. */
export const tenancy = defineTenancy({ tenant: 'tenant', id: 'uuid', dialect });

export const { isolate, isolateThrough, reference, shared } = defineIsolation(tenancy);
