import {
  callOf,
  type Ddl,
  ddl,
  type FunctionMarks,
  join,
  name,
  type SqlFunction,
  sqlFunction,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import type { Model } from './model.ts';

type Marks = Omit<FunctionMarks, 'owner' | 'callers'>;

/**
 * A function that runs as the system role, past the policies, and that only the system role may call:
 * it believes what it is told of the tenant.
 */
export const systemFunction = (
  { tenancy }: Model,
  signature: Ddl,
  body: Ddl,
  marks: Marks = {},
): SqlFunction => sqlFunction(signature, { ...marks, owner: name(tenancy.roles.system) }, body);

/**
 * The pair `<name>_of(of_tenant, …)` for the system role and `<name>(…)` for the app role, which calls
 * it with the tenant of the transaction: nobody but the context decides that.
 */
export function tenantFunctions(model: Model, signature: Ddl, body: Ddl): SqlFunction[] {
  const { tenancy, tenantType } = model;
  const owner = name(tenancy.roles.system);
  const { name: called, args, returns } = sqlFunction(signature, {}, body);
  const of = sqlFunction(
    ddl`${name(`${called}_of`)}(${join([ddl`of_tenant ${tenantType}`, ...args])}) returns ${returns}`,
    { owner },
    body,
  );
  const given = args.map((_, i) => ({ sql: `$${i + 1}` }));
  const own = sqlFunction(
    signature,
    { owner, callers: [name(tenancy.roles.app)] },
    ddl`
      begin
        return ${callOf(of, tenantOfTransaction(tenancy), ...given)};
      end
    `,
  );
  return [of, own];
}
