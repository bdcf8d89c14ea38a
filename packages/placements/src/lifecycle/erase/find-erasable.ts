import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
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
    await session.query('begin read only');
    // policies bind the login that owns the tables
    await session.query(`set local role ${name(tenancy.roles.system).sql}`);
    const tenant = await findTenant(session, tenancy, given);
    await session.query('commit');
    return tenant;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    const isUnknown = TenantryError.is(error, 'TENANT_NOT_FOUND');
    if (!isUnknown || (await certificateOf(session, tenancy.schema, given)) === undefined)
      throw error;
    return given;
  }
}
