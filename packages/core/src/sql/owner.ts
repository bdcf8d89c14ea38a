import { type Ddl, ddl } from './ddl.ts';

/**
 * Gives a function to the system role, which nobody can log in as: `security definer` then lets it
 * see past the policies, so it must ask for the tenant of the transaction itself. The right to create
 * in the schema, which PostgreSQL wants of a new owner, is lent for that moment only. Nobody else may
 * call it until it is granted.
 *
 * @param system The quoted name of the system role.
 * @param signature As in `tenantry.can(text)`, in schema `tenantry`.
 */
export const ownedBySystem = (system: Ddl, signature: string): Ddl => ddl`
  grant create on schema tenantry to ${system};
  alter function ${{ sql: signature }} owner to ${system};
  revoke create on schema tenantry from ${system};
  revoke all on function ${{ sql: signature }} from public;
`;
