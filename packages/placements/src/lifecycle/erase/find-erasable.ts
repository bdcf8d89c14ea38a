import { type Tenancy, TenantryError } from '@tenantry/core';
import type { Session } from '../client.ts';
import { findTenant } from '../find-tenant.ts';
import { certificateOf } from './certificate.ts';

/** As `findTenant`; a tenant that was erased before is known by its id, so that the call may be repeated. */
export async function findErasable(
  session: Session,
  tenancy: Tenancy,
  given: string,
): Promise<string> {
  try {
    return await findTenant(session, tenancy, given);
  } catch (error) {
    const isUnknown = TenantryError.is(error, 'TENANT_NOT_FOUND');
    if (!isUnknown || (await certificateOf(session, tenancy.schema, given)) === undefined)
      throw error;
    return given;
  }
}
