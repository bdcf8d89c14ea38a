import { apiKeys } from '@tenantry/rbac/api-keys';
import { rbac } from './rbac.ts';

const prefix = 'b2b';

/** Keys for scripts: `b2b_…`, made by a member, with no more permissions than that member has. */
export const keys = apiKeys(rbac, { prefix });

const bearer = new RegExp(`^bearer +${prefix}_`, 'i');

/** Whether a request comes with a key, and not with a session. */
export const hasKey = (authorization: string | undefined): boolean =>
  bearer.test(authorization ?? '');
