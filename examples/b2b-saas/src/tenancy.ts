import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** One server, or a Citus cluster: the rest of the application is the same. */
const dialect = (process.env.DATABASE_DIALECT || 'postgres') as 'postgres' | 'citus';

/** One word for the tenant; the column organization_id and everything else follows from it. */
export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });

export const { numbered, reference, shared } = defineIsolation(tenancy);
