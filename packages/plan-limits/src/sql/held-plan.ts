import { type Ddl, ddl, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { functionAbout } from './functions.ts';
import type { Model } from './model.ts';

/**
 * `tenantry.limit_held_plan(tenant)`: the plan and the add-ons of a tenant, and their source. It locks
 * the row against other plan changes, so the result is still valid when the caller sets a plan in the
 * same transaction. Rows that reference the tenant can still be written. Null without a row.
 */
export function heldPlanFunctions(model: Model): SqlFunction[] {
  const { state, tenantType } = model;
  const held = model.table('addOns');
  const value = (property: string, none: Ddl): Ddl =>
    state.has(property) ? ddl`s.${state.column(property)}` : none;
  const addOns =
    held === undefined
      ? ddl`'{}'::jsonb`
      : ddl`(select coalesce(jsonb_object_agg(h.add_on, h.quantity), '{}') from ${held.path} h where h.${held.tenant} = of_tenant)`;
  const facts = [
    ddl`'plan', s.${state.column('plan')}`,
    ddl`'source', ${value('planSource', ddl`null`)}`,
    ddl`'readOnly', coalesce(${value('planReadOnly', ddl`false`)}, false)`,
    ddl`'isDefault', coalesce(s.${state.column('plan')} = ${literal(model.defaultPlan)}, true)`,
    ddl`'addons', ${addOns}`,
  ];
  return functionAbout(
    model,
    ddl`limit_held_plan(of_tenant ${tenantType}) returns jsonb`,
    ddl`
      declare
        s ${state.path};
      begin
        select t.* into s from ${state.path} t where t.${state.tenant} = of_tenant for no key update;
        if not found then
          return null;
        end if;
        return jsonb_build_object(${join(facts)});
      end`,
  );
}
