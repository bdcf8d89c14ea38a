import { createTenantNext } from '@tenantry/core/next';
import { param } from '@tenantry/core/resolvers';
import { notFound, redirect } from 'next/navigation';
import { pool } from './db.ts';
import { signedInUser } from './session.ts';

/** The business is named by the folder `[business]`, and in forms by the field `business`. */
export const { tenantPage, tenantAction } = createTenantNext(pool, {
  resolve: param('business'),
  user: signedInUser,
  refused: (error) => {
    if (error.code === 'NOT_AUTHENTICATED') redirect('/sign-in');
    if (error.code === 'TENANT_CLAIM_MALFORMED') notFound(); // no business has such a name
  },
});
