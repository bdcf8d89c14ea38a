import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, literal, name } from './ddl.ts';
import { functionsSql, sqlFunction } from './function.ts';
import { idType, settingOrRefusal } from './tenant.ts';

/** What the tables of a schema need of the foundation. */
export interface FoundationOptions {
  /**
   * Whether a policy says something when it is planned: Citus then plans each statement in full, also one
   * that it could send to its shard as it is. Default: false.
   */
  readonly plansPolicies?: boolean | undefined;
}

/**
 * How a transaction enters a scope on Citus.
 *
 * `tenantry.set_context(tenant, actor)` sets both for the transaction, on the workers too: they get only
 * what SET LOCAL sets, and only while `citus.propagate_set_commands` says so. A transaction that is
 * read-only is so there too. {@link routedTenant} is a constant in the plans that functions keep: those of
 * this node are discarded, and those with parameters are made anew on every node. Shards of the node itself
 * are asked through a connection, as those of others are: what Citus copies into its own is not checked by
 * a policy.
 *
 * Citus sends a statement on one table to its shard without planning it. Where a policy says something when
 * it is planned (`plansPolicies`), all statements are planned.
 *
 * It is refused in a transaction that has a tenant: the shards of one are not those of another.
 */
export const citusContextSql = (tenancy: Tenancy, options: FoundationOptions = {}): Ddl =>
  functionsSql([routedTenant(tenancy), setContext(tenancy, options)]);

/**
 * The tenant as a constant of the plan, by which Citus finds the shard. A stable expression would send
 * every statement to all shards. A policy compares both: a plan that was made for another tenant finds no
 * row.
 */
const routedTenant = (tenancy: Tenancy) =>
  sqlFunction(
    ddl`routed_tenant() returns ${idType(tenancy)}`,
    { volatility: 'immutable', parallel: 'safe', callers: [name(tenancy.roles.app)] },
    ddl`
      begin
        return ${settingOrRefusal(tenancy)};
      end`,
  );

const setContext = ({ setting, roles }: Tenancy, { plansPolicies = false }: FoundationOptions) =>
  sqlFunction(
    ddl`set_context(tenant text, actor text) returns text`,
    { callers: [name(roles.app), name(roles.system)] },
    ddl`
      declare
        before constant text := coalesce(current_setting(${literal(setting)}, true), '');
      begin
        if before <> '' and current_setting('citus.propagate_set_commands') = 'local' and before <> tenant then
          raise exception 'TENANT_SWITCH_REFUSED: a second tenant in one transaction' using errcode = 'TN001';
        end if;
        perform set_config('citus.propagate_set_commands', 'local', true);
        -- INSERT … SELECT copies rows into shards of this node, and COPY passes over their policies
        perform set_config('citus.enable_local_execution', 'off', true);
        -- triggers on shards keep plans too, in connections that serve all tenants
        set local plan_cache_mode = force_custom_plan;
        ${plansPolicies ? ddl`perform set_config('citus.enable_fast_path_router_planner', 'off', true);` : ddl``}
        execute format('set local ${{ sql: setting }} = %L', tenant);
        execute format('set local app.actor = %L', actor);
        if current_setting('transaction_read_only')::boolean then
          set local transaction_read_only = on;
        end if;
        execute 'discard plans';
        return current_setting(${literal(setting)});
      end`,
  );
