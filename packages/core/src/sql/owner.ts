import { type Ddl, ddl } from './ddl.ts';

/**
 * Transfers a function to a role that nobody can log in as; `security definer` then lends its rights for
 * the duration of a call. The system role bypasses the policies, so such a function must check the tenant
 * of the transaction itself. PostgreSQL requires a new owner to have CREATE on the schema; that right is
 * granted only for this moment. Nobody else can call the function until it is granted.
 *
 * @param role The quoted name of the role.
 * @param signature As in `tenantry.can(text)`, in schema `tenantry`.
 */
export const ownedBy = (role: Ddl, signature: string): Ddl => ddl`
  grant create on schema tenantry to ${role};
  alter function ${{ sql: signature }} owner to ${role};
  revoke create on schema tenantry from ${role};
  revoke all on function ${{ sql: signature }} from public;
`;
