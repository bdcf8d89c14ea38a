import type { IdKind } from '../tenancy/ids.ts';
import { type Ddl, ddl, literal } from './ddl.ts';
import { inSchema } from './in-schema.ts';

/** The parts of a tenancy that determine its tenant expression in SQL. */
export interface TenantTerms {
  readonly context: 'plain' | 'signed';
  readonly setting: string;
  readonly schema: string;
  readonly id: IdKind;
  readonly dialect?: 'postgres' | 'citus';
}

/**
 * Whether only the function can tell the tenant: it checks the signature; and Citus, before it sends a write,
 * calls each function in it, the one that refuses too.
 */
const onlyByFunction = ({ context, id, dialect }: TenantTerms): boolean =>
  context === 'signed' || (dialect === 'citus' && id === 'text');

/** The type of ids of a kind. The kinds are named like the types, and checked by `defineTenancy`. */
export const idType = ({ id }: Pick<TenantTerms, 'id'>): Ddl => ({ sql: id });

/**
 * The tenant of the running transaction as an expression, for policies (as `(select …)`) and for the
 * default of a tenant column. It is inlined when possible: a plpgsql call costs a write as much as the
 * rest of the policies. In a signed context only the function can check the signature. A role that
 * evaluates it needs {@link tenantRightsSql}.
 */
export function tenantOfTransaction(tenancy: TenantTerms): Ddl {
  return inSchema(
    tenancy.schema,
    onlyByFunction(tenancy) ? ddl`tenantry.current_tenant()` : settingOrRefusal(tenancy),
  );
}

/** Grants the right to evaluate {@link tenantOfTransaction} to a role that is neither app nor system. */
export function tenantRightsSql(terms: TenantTerms, role: Ddl): Ddl {
  const called = onlyByFunction(terms)
    ? ddl`current_tenant`
    : terms.id === 'text'
      ? ddl`no_tenant`
      : undefined;
  return called === undefined
    ? ddl``
    : inSchema(terms.schema, ddl`grant execute on function tenantry.${called}() to ${role};`);
}

/**
 * The setting, or an error when there is no tenant: the setting is null before the first context of a
 * connection and '' after it. A type with a syntax needs no function to refuse these values (PostgreSQL
 * would prepare it for each statement):
 * `invalid input syntax for type uuid: "no tenant in this transaction"`.
 */
export function settingOrRefusal({ setting, id }: Pick<TenantTerms, 'setting' | 'id'>): Ddl {
  const known = ddl`nullif(current_setting(${literal(setting)}, true), '')`;
  return id === 'text'
    ? ddl`coalesce(${known}, tenantry.no_tenant())`
    : ddl`coalesce(${known}, 'no tenant in this transaction')::${idType({ id })}`;
}
