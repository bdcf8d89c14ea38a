import {
  actorOfTransaction,
  type Ddl,
  ddl,
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
import { writeDown } from './citus/changed-row.ts';
import { migrationFunction, systemFunction, tenantFunctions } from './functions.ts';
import { changesFunctions } from './history-changes.ts';
import { hasHistory, historyOf, latest } from './history-tables.ts';
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
  if (!hasHistory(model)) return changesFunctions(model);
  return [
    recordFunction(model, 'limit_record', historyOf(model, true)),
    recordFunction(model, 'limit_record_plan', historyOf(model, false)),
    baselineFunction(model),
    ...pastFunctions(model),
    ...changesFunctions(model),
  ];
}

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
  if (model.home !== undefined) {
    return writeDown(model, {
      called,
      ofTenant,
      keyFrom: 'after',
      declared: ddl`of_actor constant jsonb := ${actorOfTransaction};`,
      before: ddl`
        ${keptOfBoth}
        if before is not distinct from after then
          return null;
        end if;`,
      log: history.path,
      tenant: history.tenant,
      values: { subject: ddl`tg_argv[0]`, state: ddl`after`, actor: ddl`of_actor` },
    });
  }
  const [column, value] = ofTenant
    ? [ddl`${history.tenant}, `, ddl`${toldTenant(model, ddl`changed`)}, `]
    : [ddl``, ddl``];
  return systemFunction(
    model,
    ddl`${{ sql: called }}() returns trigger`,
    ddl`
      declare
        before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
        after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
        changed constant jsonb := coalesce(after, before);
      begin
        ${keptOfBoth}
        if before is distinct from after then
          insert into ${history.path} (${column}subject, key, state, actor)
          values (${value}tg_argv[0], ${toldKey(ddl`changed`)}, after, ${actorOfTransaction});
        end if;
        return null;
      end
    `,
  );
}

const keptOfBoth: Ddl = ddl`
        if tg_nargs > 3 then
          before := (select jsonb_object_agg(c, before->c) from unnest(tg_argv[3:]) c where before is not null);
          after := (select jsonb_object_agg(c, after->c) from unnest(tg_argv[3:]) c where after is not null);
        end if;`;

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
    const missing = ddl`not exists (select from ${history.path} h where ${same}h.subject = ${literal(subject)} and h.key = ${key})`;
    // Citus has no INSERT with such a SELECT for tables that every node has
    return model.home !== undefined && !ofTenant
      ? ddl`
        for b in select ${key} as key, ${state} as state from ${table.path} r where ${missing} loop
          insert into ${history.path} (subject, key, state) values (${literal(subject)}, b.key, b.state);
        end loop;`
      : ddl`
        insert into ${history.path} (${column}subject, key, state)
        select ${value}${literal(subject)}, ${key}, ${state} from ${table.path} r
        where ${missing};`;
  });
  return migrationFunction(
    model,
    ddl`limit_history_baseline() returns void`,
    ddl`
      ${model.home === undefined ? ddl`` : ddl`declare b record;`}
      begin
        ${join(inserts, '\n')}
      end`,
  );
}

function pastFunctions(model: Model): SqlFunction[] {
  const then = (part: Part | 'state', subject: string, ofTenant: boolean): Ddl | undefined => {
    const table = part === 'state' ? model.state : model.table(part);
    if (table === undefined) return undefined;
    const history = historyOf(model, ofTenant);
    const whose = ofTenant ? ddl`h.${history.tenant} = of_tenant and ` : ddl``;
    return ddl`(select (jsonb_populate_record(null::${table.path}, l.state)).* from (
        select distinct on (h.key) h.state from ${history.path} h
        where h.subject = ${literal(subject)} and ${whose}h.at <= of_time order by h.key, ${latest(model)}) l where l.state is not null)`;
  };
  return tenantFunctions(
    model,
    ddl`limit_report_at(of_time timestamptz, of_feature text) returns jsonb`,
    reportBody(model, {
      at: ddl`of_time`,
      sources: {
        state: then('state', 'plan', true) as Ddl,
        planFeatures: then('planFeatures', 'plan_feature', false) as Ddl,
        overrides: then('featureOverrides', 'override', true),
        addOns: then('addOns', 'add_on', true),
        addOnFeatures: then('addOnFeatures', 'add_on_feature', false),
      },
    }),
  );
}
