import {
  callOf,
  ddl,
  name,
  type SqlFunction,
  type SqlFunctionOptions,
  sqlFunction,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import type { Model } from './model.ts';

type Made = Omit<SqlFunctionOptions, 'owner' | 'callers'>;

/**
 * A function that runs as the system role, past the policies, and that only the system role may call:
 * it believes what it is told of the tenant.
 */
export const systemFunction = ({ tenancy }: Model, made: Made): SqlFunction =>
  sqlFunction({ ...made, owner: name(tenancy.roles.system) });

/**
 * The pair `<name>_of(of_tenant, …)` for the system role and `<name>(…)` for the app role, which calls
 * it with the tenant of the transaction: nobody but the context decides that.
 */
export function tenantFunctions(model: Model, made: Made): SqlFunction[] {
  const { tenancy, tenantType } = model;
  const { args = [] } = made;
  const given = args.map((_, i) => ({ sql: `$${i + 1}` }));
  const of = systemFunction(model, {
    ...made,
    name: `${made.name}_of`,
    args: [ddl`of_tenant ${tenantType}`, ...args],
  });
  const own = sqlFunction({
    name: made.name,
    args,
    returns: made.returns,
    owner: name(tenancy.roles.system),
    callers: [name(tenancy.roles.app)],
    body: ddl`
      begin
        return ${callOf(of, tenantOfTransaction(tenancy), ...given)};
      end
    `,
  });
  return [of, own];
}
