import { type Ddl, ddl, isoTime, literal, type SqlFunction } from '@tenantry/core/sql';
import { bareName } from './changed-row.ts';
import { tenantFunctions } from './functions.ts';
import { hasHistory, historyOf, latest } from './history-tables.ts';
import type { Model } from './model.ts';

/** `tenantry.limit_changes(most)`: the latest changes, the newest first; none without a history. */
export const changesFunctions = (model: Model): SqlFunction[] =>
  tenantFunctions(
    model,
    ddl`limit_changes(most integer) returns jsonb`,
    ddl`
      begin
        ${hasHistory(model) ? changes(model) : ddl`return '[]'::jsonb;`}
      end
    `,
  );

/**
 * The changes of the tenant, and those of the plan and the add-ons that it had when they changed. Rows of
 * one transaction have one time, and ids of two tables no common order.
 */
function changes(model: Model): Ddl {
  const { state } = model;
  const [own, shared] = [historyOf(model, true), historyOf(model, false)];
  const held = (subject: string, key: Ddl, what: Ddl): Ddl => ddl`
    (select ${what} from ${own.path} o where o.${own.tenant} = of_tenant and o.subject = ${literal(subject)} and o.key = ${key}
      and o.at <= h.at order by ${latest(model, 'o')} limit 1)`;
  const kept = (property: string): Ddl => literal(bareName(state.column(property)));
  const trial =
    state.has('trialPlan') && state.has('trialEndsAt')
      ? ddl`case when (o.state->>${kept('trialEndsAt')})::timestamptz > h.at then o.state->>${kept('trialPlan')} end, `
      : ddl``;
  const plan = held(
    'plan',
    ddl`''`,
    ddl`coalesce(${trial}o.state->>${kept('plan')}, ${literal(model.defaultPlan)})`,
  );
  const has = held('add_on', ddl`split_part(h.key, '/', 1)`, ddl`o.state is not null`);
  return ddl`
    return coalesce((select jsonb_agg(jsonb_build_object('at', ${isoTime(ddl`c.at`)},
      'subject', c.subject, 'key', c.key, 'state', c.state, 'actor', c.actor) order by c.at desc, c.own desc, c.id desc) from (
        (select true as own, h.id, h.subject, h.key, h.state, h.actor, h.at from ${own.path} h
          where h.${own.tenant} = of_tenant order by h.at desc, h.id desc limit most)
        union all
        (select false, h.id, h.subject, h.key, h.state, h.actor, h.at from ${shared.path} h
          where case h.subject when 'plan_feature' then split_part(h.key, '/', 1) = ${plan}
            else ${has} end order by h.at desc, h.id desc limit most)
        order by 7 desc, 1 desc, 2 desc limit most) c), '[]');
  `;
}
