import { type Ddl, ddl } from './ddl.ts';

/**
 * Gives a function to a role that nobody can log in as: `security definer` then lends its rights for
 * the time of a call. Those of the system role see past the policies, so such a function must ask for
 * the tenant of the transaction itself. The right to create in the schema, which PostgreSQL wants of a
 * new owner, is lent for that moment only. Nobody else may call it until it is granted.
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
