import { type Ddl, ddl, literal } from './ddl.ts';
import { defaultSchema, inSchema } from './in-schema.ts';

/** What of a tenancy decides how its tenant is written in SQL. */
interface TenantTerms {
  readonly context: 'plain' | 'signed';
  readonly setting: string;
  readonly schema: string;
  readonly id: 'uuid' | 'text';
}

/** `organization_id`, of the word for the tenant. */
export const tenantColumnOf = (tenant: string): string =>
  `${tenant.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_id`;

/** The setting that carries the tenant: `app.organization_id`, `workspaces_tenancy.workspace_id`. */
export const settingOf = (schema: string, tenant: string): string =>
  `${schema === defaultSchema ? 'app' : schema}.${tenantColumnOf(tenant)}`;

/** The type of tenant ids. */
export const idType = ({ id }: Pick<TenantTerms, 'id'>): Ddl => ({
  sql: id === 'uuid' ? 'uuid' : 'text',
});

/**
 * The tenant of the running transaction as an expression: of a policy, there as `(select …)`, and of
 * the default of a tenant column. It is spelled out where it can be: a call of plpgsql costs a write
 * as much as the rest of the policies. In a signed context only the function can check the signature.
 * Who evaluates it needs {@link tenantRightsSql}.
 */
export function tenantOfTransaction(tenancy: TenantTerms): Ddl {
  return inSchema(
    tenancy.schema,
    tenancy.context === 'signed' ? ddl`tenantry.current_tenant()` : settingOrRefusal(tenancy),
  );
}

/** The right to evaluate {@link tenantOfTransaction}, for a role that is neither app nor system. */
export function tenantRightsSql({ context, id, schema }: TenantTerms, role: Ddl): Ddl {
  const called =
    context === 'signed' ? ddl`current_tenant` : id === 'text' ? ddl`no_tenant` : undefined;
  return called === undefined
    ? ddl``
    : inSchema(schema, ddl`grant execute on function tenantry.${called}() to ${role};`);
}

/**
 * The setting, or an error: it is null before the first context of a connection and '' after it, and
 * neither is a tenant. A uuid needs no function to refuse them, which PostgreSQL would prepare for each
 * statement: `invalid input syntax for type uuid: "no tenant in this transaction"`.
 */
export function settingOrRefusal({ setting, id }: Pick<TenantTerms, 'setting' | 'id'>): Ddl {
  const known = ddl`nullif(current_setting(${literal(setting)}, true), '')`;
  return id === 'uuid'
    ? ddl`coalesce(${known}, 'no tenant in this transaction')::uuid`
    : ddl`coalesce(${known}, tenantry.no_tenant())`;
}
