import { type Ddl, ddl, literal } from './ddl.ts';

/** What of a tenancy decides how its tenant is written in SQL. */
interface TenantTerms {
  readonly context: 'plain' | 'signed';
  readonly setting: string;
  readonly id: 'uuid' | 'text';
}

/** The type of tenant ids. */
export const idType = ({ id }: Pick<TenantTerms, 'id'>): Ddl => ({
  sql: id === 'uuid' ? 'uuid' : 'text',
});

/**
 * The tenant of the running transaction as an expression: of a policy, there as `(select …)`, and of
 * the default of a tenant column. It is spelled out where it can be: a call of plpgsql costs a write
 * as much as the rest of the policies. In a signed context only the function can check the signature.
 */
export function tenantOfTransaction(tenancy: TenantTerms): Ddl {
  return tenancy.context === 'signed' ? ddl`tenantry.current_tenant()` : settingOrRefusal(tenancy);
}

/** Null before the first context of a connection, '' after it: neither is a tenant. */
export const settingOrRefusal = (tenancy: Omit<TenantTerms, 'context'>): Ddl =>
  ddl`coalesce(nullif(current_setting(${literal(tenancy.setting)}, true), ''), tenantry.no_tenant())::${idType(tenancy)}`;
