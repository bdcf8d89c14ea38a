import {
  actorOfTransaction,
  type Ddl,
  ddl,
  isoTime,
  join,
  literal,
  name,
  type SqlFunction,
} from '@tenantry/core/sql';
import type { Part } from '../tables/marks.ts';
import {
  bareName,
  type ChangedTable,
  executesFor,
  keyOf,
  toldKey,
  toldTenant,
} from './changed-row.ts';
import { systemFunction, tenantFunctions } from './functions.ts';
import type { Model, SqlTable } from './model.ts';
import { reportBody } from './report.ts';

interface Recorded extends ChangedTable {
  readonly subject: string;
  /** The columns that are kept. Default: all. */
  readonly kept?: readonly string[];
}

const triggerName = name('tenantry_entitlement_history');

/**
 * The history: triggers record every change of a plan, an override, an add-on or a plan feature in its
 * transaction. The report of a past time applies today's rules to the rows of that time.
 */
export function historyFunctions(model: Model): SqlFunction[] {
  if (!hasHistory(model)) return changesFunctions(model, ddl`return '[]'::jsonb;`);
  return [
    recordFunction(model, 'limit_record', historyOf(model, true)),
    recordFunction(model, 'limit_record_plan', historyOf(model, false)),
    baselineFunction(model),
    ...pastFunctions(model),
    ...changesFunctions(model, changes(model)),
  ];
}

/** Changes of one tenant and those of plans have a table each; there is a history when both are there. */
const hasHistory = (model: Model): boolean => {
  const parts = ['entitlementHistory', 'planHistory'] as const;
  const found = parts.filter((part) => model.table(part) !== undefined);
  if (found.length === 1) for (const part of parts) model.needed(part);
  return found.length === 2;
};

const historyOf = (model: Model, ofTenant: boolean): SqlTable =>
  model.needed(ofTenant ? 'entitlementHistory' : 'planHistory');

/** The triggers that write it; without its tables, the end of them. */
export function historyTriggers(model: Model): Ddl[] {
  const recorded = subjects(model);
  if (!hasHistory(model)) {
    return recorded.map(
      ({ table }) => ddl`drop trigger if exists ${triggerName} on ${table.path};`,
    );
  }
  return [
    ...recorded.map(
      (each) => ddl`
        create or replace trigger ${triggerName} after insert or update or delete on ${each.table.path}
          for each row ${executesFor(each.ofTenant ? 'limit_record' : 'limit_record_plan', each.subject, each, each.kept)};
      `,
    ),
    ddl`select tenantry.limit_history_baseline();`,
  ];
}

function subjects(model: Model): Recorded[] {
  const { state } = model;
  const of = (
    part: Part,
    subject: string,
    ofTenant: boolean,
    keys: readonly string[],
  ): Recorded[] => {
    const table = model.table(part);
    return table === undefined ? [] : [{ subject, table, ofTenant, keys }];
  };
  const columns = [
    'plan',
    'planAnchor',
    'planTimeZone',
    'trialPlan',
    'trialEndsAt',
    'planReadOnly',
    'planSource',
  ]
    .filter(state.has)
    .map(state.column);
  const kept = [state.tenant, ...columns].map(bareName);
  return [
    { subject: 'plan', table: state, ofTenant: true, keys: [], kept },
    ...of('featureOverrides', 'override', true, ['id']),
    ...of('addOns', 'add_on', true, ['add_on']),
    ...of('planFeatures', 'plan_feature', false, ['plan', 'feature']),
    ...of('addOnFeatures', 'add_on_feature', false, ['add_on', 'feature']),
  ];
}

/**
 * `tenantry.limit_record()` and `tenantry.limit_record_plan()`: write a row of history after a change, of
 * one tenant or for all. The trigger names the subject, and the columns that are kept of a row.
 */
function recordFunction(model: Model, called: string, history: SqlTable): SqlFunction {
  const ofTenant = called === 'limit_record';
  const [column, value] = ofTenant
    ? [ddl`${history.tenant}, `, ddl`${toldTenant(model, ddl`changed`)}, `]
    : [ddl``, ddl``];
  return systemFunction(model, {
    name: called,
    returns: ddl`trigger`,
    body: ddl`
      declare
        before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
        after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
        changed constant jsonb := coalesce(after, before);
      begin
        if tg_nargs > 3 then
          before := (select jsonb_object_agg(c, before->c) from unnest(tg_argv[3:]) c where before is not null);
          after := (select jsonb_object_agg(c, after->c) from unnest(tg_argv[3:]) c where after is not null);
        end if;
        if before is distinct from after then
          insert into ${history.path} (${column}subject, key, state, actor)
          values (${value}tg_argv[0], ${toldKey(ddl`changed`)}, after, ${actorOfTransaction});
        end if;
        return null;
      end
    `,
  });
}

/** The rows that were there before the history was. */
function baselineFunction(model: Model): SqlFunction {
  const inserts = subjects(model).map((each) => {
    const { subject, table, ofTenant, kept } = each;
    const history = historyOf(model, ofTenant);
    const key = keyOf(each, ddl`r`);
    const pairs = (kept ?? []).map((column) => ddl`${literal(column)}, r.${name(column)}`);
    const state = kept === undefined ? ddl`to_jsonb(r)` : ddl`jsonb_build_object(${join(pairs)})`;
    const [column, value, same] = ofTenant
      ? [
          ddl`${history.tenant}, `,
          ddl`r.${table.tenant}, `,
          ddl`h.${history.tenant} = r.${table.tenant} and `,
        ]
      : [ddl``, ddl``, ddl``];
    return ddl`
        insert into ${history.path} (${column}subject, key, state)
        select ${value}${literal(subject)}, ${key}, ${state} from ${table.path} r
        where not exists (select from ${history.path} h where ${same}h.subject = ${literal(subject)} and h.key = ${key});`;
  });
  return systemFunction(model, {
    name: 'limit_history_baseline',
    returns: ddl`void`,
    body: ddl`
      begin
        ${join(inserts, '\n')}
      end`,
  });
}

function pastFunctions(model: Model): SqlFunction[] {
  const then = (part: Part | 'state', subject: string, ofTenant: boolean): Ddl | undefined => {
    const table = part === 'state' ? model.state : model.table(part);
    if (table === undefined) return undefined;
    const history = historyOf(model, ofTenant);
    const whose = ofTenant ? ddl`h.${history.tenant} = of_tenant and ` : ddl``;
    return ddl`(select (jsonb_populate_record(null::${table.path}, l.state)).* from (
        select distinct on (h.key) h.state from ${history.path} h
        where h.subject = ${literal(subject)} and ${whose}h.at <= of_time order by h.key, h.id desc) l where l.state is not null)`;
  };
  return tenantFunctions(model, {
    name: 'limit_report_at',
    args: [ddl`of_time timestamptz`, ddl`of_feature text`],
    returns: ddl`jsonb`,
    body: reportBody(model, {
      at: ddl`of_time`,
      sources: {
        state: then('state', 'plan', true) as Ddl,
        planFeatures: then('planFeatures', 'plan_feature', false) as Ddl,
        overrides: then('featureOverrides', 'override', true),
        addOns: then('addOns', 'add_on', true),
        addOnFeatures: then('addOnFeatures', 'add_on_feature', false),
      },
    }),
  });
}

const changesFunctions = (model: Model, body: Ddl): SqlFunction[] =>
  tenantFunctions(model, {
    name: 'limit_changes',
    args: [ddl`most integer`],
    returns: ddl`jsonb`,
    body: ddl`
      begin
        ${body}
      end
    `,
  });

/**
 * The changes of the tenant, and those of the plan and the add-ons that it had when they changed. Rows of
 * one transaction have one time, and ids of two tables no common order.
 */
function changes(model: Model): Ddl {
  const { state } = model;
  const [own, shared] = [historyOf(model, true), historyOf(model, false)];
  const held = (subject: string, key: Ddl, what: Ddl): Ddl => ddl`
    (select ${what} from ${own.path} o where o.${own.tenant} = of_tenant and o.subject = ${literal(subject)} and o.key = ${key}
      and o.at <= h.at order by o.id desc limit 1)`;
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
