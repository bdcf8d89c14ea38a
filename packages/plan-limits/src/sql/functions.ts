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
import { here, onShard, routedBody } from './citus/route.ts';
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
 * A system function that migrations call too. Citus gives another role a connection of its own, which does
 * not see what the transaction has written: there it runs as its caller.
 */
export function migrationFunction(model: Model, signature: Ddl, body: Ddl): SqlFunction {
  if (model.home === undefined) return systemFunction(model, signature, body);
  return sqlFunction(signature, { callers: [name(model.tenancy.roles.system)] }, body);
}

/** Plans once for all tenants. Citus needs the tenant to plan. */
export const plannedOnce = ({ home }: Model): Marks =>
  home === undefined ? { settings: [ddl`plan_cache_mode = force_generic_plan`] } : {};

/**
 * A system function about one tenant, which is its first parameter. On Citus it calls another one,
 * `<name>_here`, where the rows of that tenant are.
 */
export function functionAbout(model: Model, signature: Ddl, body: Ddl): SqlFunction[] {
  const made = systemFunction(model, signature, body);
  const { home, tenantType } = model;
  if (home === undefined) return [made];
  const onIt = systemFunction(model, here(made), body, { settings: [onShard] });
  const routed = routedBody(home, onIt, ddl`$1`, parameters(made), tenantType);
  return [onIt, systemFunction(model, signature, routed)];
}

/**
 * The pair `<name>_of(of_tenant, …)` for the system role and `<name>(…)` for the app role, which calls
 * it with the tenant of the transaction: nobody but the context decides that.
 */
export function tenantFunctions(model: Model, signature: Ddl, body: Ddl): SqlFunction[] {
  const { tenancy, tenantType, home } = model;
  const owner = name(tenancy.roles.system);
  const callers = [name(tenancy.roles.app)];
  const { name: called, args, returns } = sqlFunction(signature, {}, body);
  const about = functionAbout(
    model,
    ddl`${name(`${called}_of`)}(${join([ddl`of_tenant ${tenantType}`, ...args])}) returns ${returns}`,
    body,
  );
  const [of] = about as [SqlFunction];
  const current = tenantOfTransaction(tenancy);
  const given = parameters({ args });
  const calls = ddl`
      begin
        return ${callOf(of, current, ...given)};
      end
    `;
  if (home === undefined) return [...about, sqlFunction(signature, { owner, callers }, calls)];
  // it asks for the tenant on the shard too: whoever calls it cannot name one
  const own = sqlFunction(
    ddl`${name(`${called}_own`)}(${join(args)}) returns ${returns}`,
    { owner, callers, settings: [onShard] },
    calls,
  );
  const routed = routedBody(home, own, current, given, tenantType);
  return [...about, own, sqlFunction(signature, { callers: [...callers, owner] }, routed)];
}

const parameters = ({ args }: Pick<SqlFunction, 'args'>): Ddl[] =>
  args.map((_, i) => ({ sql: `$${i + 1}` }));
