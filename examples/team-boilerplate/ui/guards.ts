import { guardsFor } from '@tenantry/rbac/react';
import type { Permission } from '../src/rbac.ts';

/** The guards of the pages: a permission that does not exist does not compile. */
export const { RbacProvider, useCan, Can } = guardsFor<Permission>();
