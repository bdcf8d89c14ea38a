import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, name, ownedBy, tenantOfTransaction } from '@tenantry/core/sql';

/** A function of the schema `tenantry`. */
export interface SqlFunction {
  readonly name: string;
  /** `['feature text', 'amount bigint']`; without the tenant. */
  readonly args?: readonly Ddl[];
  readonly returns: Ddl;
  /** plpgsql, from `declare` or `begin` to `end`. */
  readonly body: Ddl;
  /** `stable` for functions that only read. */
  readonly volatility?: 'volatile' | 'stable' | 'immutable';
}

/**
 * A function that runs as the system role, without policies, and that only the system role may call,
 * because it trusts its tenant argument. The search_path is pinned, as in every security definer
 * function.
 */
export function systemFunction({ roles }: Tenancy, made: SqlFunction): Ddl {
  const owner = name(roles.system);
  const { target, signature } = pathOf(made);
  return ddl`
    create or replace function ${target}(${join(made.args ?? [])}) returns ${made.returns}
    language plpgsql ${{ sql: made.volatility ?? 'volatile' }} security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    ${made.body}
    $tenantry$;
    ${ownedBy(owner, signature.sql)}
    revoke all on function ${signature} from ${name(roles.app)};
    grant execute on function ${signature} to ${owner};
  `;
}

/**
 * The function for the app role: it calls `<name>_of` with the tenant of the transaction, which only the
 * context determines.
 */
export function appFunction(tenancy: Tenancy, made: Omit<SqlFunction, 'body'>): Ddl {
  const { roles } = tenancy;
  const owner = name(roles.system);
  const { target, signature } = pathOf(made);
  const given = (made.args ?? []).map((_, i) => ({ sql: `$${i + 1}` }));
  const call = ddl`tenantry.${name(`${made.name}_of`)}(${join([tenantOfTransaction(tenancy), ...given])})`;
  return ddl`
    create or replace function ${target}(${join(made.args ?? [])}) returns ${made.returns}
    language plpgsql ${{ sql: made.volatility ?? 'volatile' }} security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return ${call};
    end
    $tenantry$;
    ${ownedBy(owner, signature.sql)}
    grant execute on function ${signature} to ${name(roles.app)}, ${owner};
  `;
}

function pathOf({ name: called, args = [] }: Pick<SqlFunction, 'name' | 'args'>) {
  const target = ddl`tenantry.${name(called)}`;
  const types = args.map(({ sql }) => ({ sql: sql.replace(/\s+default\s[\s\S]*$/, '') }));
  return { target, signature: ddl`${target}(${join(types)})` };
}
