import { defineTenancy } from '@tenantry/core';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  secret: process.env.TENANCY_SECRET?.split(','),
});
