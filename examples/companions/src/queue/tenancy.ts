import { defineTenancy } from '@tenantry/core';

/** `secret` signs the scopes that jobs carry. */
export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  secret: process.env.JOB_SECRET ?? 'a secret of development, of 32 characters',
});
