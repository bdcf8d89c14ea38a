import {
  actorOfTransaction,
  type Ddl,
  ddl,
  isoTime,
  join,
  literal,
  name,
} from '@tenantry/core/sql';
import type { Part } from '../tables/marks.ts';
import { appFunction, systemFunction } from './functions.ts';
import type { Model, SqlTable } from './model.ts';
import { reportBody } from './report.ts';

interface Recorded {
  readonly subject: string;
  readonly table: SqlTable;
  /** Whether each row belongs to a tenant. */
  readonly ofTenant: boolean;
  /** The key of a row, as text, from an alias. */
  key(row: Ddl): Ddl;
  /** The recorded state of a row. */
  state(row: Ddl): Ddl;
}

const triggerName = name('tenantry_entitlement_history');

/**
 * The history: triggers record every change of a plan, an override, an add-on or a plan feature in its
 * transaction. The report of a past time applies today's rules to the rows of that time.
 */
export function historySql(model: Model): Ddl[] {
  const history = model.table('entitlementHistory');
  if (history === undefined) {
    return subjects(model).map(
      ({ table }) => ddl`drop trigger if exists ${triggerName} on ${table.path};`,
    );
  }
  return [
    ...subjects(model).flatMap((recorded) => recordSql(model, history, recorded)),
    baselineSql(model, history),
    ddl`select tenantry.limit_history_baseline();`,
    ...pastSql(model, history),
  ];
}

function subjects(model: Model): Recorded[] {
  const { state } = model;
  const of = (
    part: Part,
    subject: string,
    ofTenant: boolean,
    key: (row: Ddl) => Ddl,
  ): Recorded[] => {
    const table = model.table(part);
    if (table === undefined) return [];
    return [{ subject, table, ofTenant, key, state: (row) => ddl`to_jsonb(${row})` }];
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
  const pairs = (row: Ddl) =>
    [state.tenant, ...columns].map(
      (column) => ddl`${literal(column.sql.slice(1, -1).replaceAll('""', '"'))}, ${row}.${column}`,
    );
  return [
    {
      subject: 'plan',
      table: state,
      ofTenant: true,
      key: () => ddl`''`,
      state: (row) => ddl`jsonb_build_object(${join(pairs(row))})`,
    },
    ...of('featureOverrides', 'override', true, (row) => ddl`${row}.id::text`),
    ...of('addOns', 'add_on', true, (row) => ddl`${row}.add_on`),
    ...of(
      'planFeatures',
      'plan_feature',
      false,
      (row) => ddl`${row}.plan || '/' || ${row}.feature`,
    ),
    ...of(
      'addOnFeatures',
      'add_on_feature',
      false,
      (row) => ddl`${row}.add_on || '/' || ${row}.feature`,
    ),
  ];
}

function recordSql(
  model: Model,
  history: SqlTable,
  { subject, table, ofTenant, key, state }: Recorded,
): Ddl[] {
  const called = `limit_record_${subject}`;
  const tenant = (row: Ddl) => (ofTenant ? ddl`${row}.${table.tenant}` : ddl`null`);
  const write = (row: Ddl, after: Ddl) =>
    ddl`insert into ${history.path} (${history.tenant}, subject, key, state, actor)
            values (${tenant(row)}, ${literal(subject)}, ${key(row)}, ${after}, ${actorOfTransaction});`;
  return [
    systemFunction(model.tenancy, {
      name: called,
      returns: ddl`trigger`,
      body: ddl`
        begin
          if tg_op = 'DELETE' then
            ${write(ddl`old`, ddl`null`)}
          elsif tg_op = 'INSERT' or ${state(ddl`old`)} is distinct from ${state(ddl`new`)} then
            ${write(ddl`new`, state(ddl`new`))}
          end if;
          return null;
        end`,
    }),
    ddl`
      create or replace trigger ${triggerName} after insert or update or delete on ${table.path}
        for each row execute function tenantry.${name(called)}();
    `,
  ];
}

/** The rows that existed before the history. */
function baselineSql(model: Model, history: SqlTable): Ddl {
  const inserts = subjects(model).map(({ subject, table, ofTenant, key, state }) => {
    const tenant = ofTenant ? ddl`r.${table.tenant}` : ddl`null::${model.tenantType}`;
    // IS NOT DISTINCT FROM cannot use an index
    const same = ofTenant
      ? ddl`h.${history.tenant} = r.${table.tenant}`
      : ddl`h.${history.tenant} is null`;
    return ddl`
        insert into ${history.path} (${history.tenant}, subject, key, state)
        select ${tenant}, ${literal(subject)}, ${key(ddl`r`)}, ${state(ddl`r`)} from ${table.path} r
        where not exists (select from ${history.path} h where ${same} and h.subject = ${literal(subject)} and h.key = ${key(ddl`r`)});`;
  });
  return systemFunction(model.tenancy, {
    name: 'limit_history_baseline',
    returns: ddl`void`,
    body: ddl`
      begin
        ${join(inserts, '\n')}
      end`,
  });
}

function pastSql(model: Model, history: SqlTable): Ddl[] {
  const { tenancy, tenantType } = model;
  const then = (part: Part | 'state', subject: string, ofTenant: boolean): Ddl | undefined => {
    const table = part === 'state' ? model.state : model.table(part);
    if (table === undefined) return undefined;
    const whose = ofTenant
      ? ddl`h.${history.tenant} = of_tenant`
      : ddl`h.${history.tenant} is null`;
    return ddl`(select (jsonb_populate_record(null::${table.path}, l.state)).* from (
        select distinct on (h.key) h.state from ${history.path} h
        where h.subject = ${literal(subject)} and ${whose} and h.at <= of_time order by h.key, h.id desc) l where l.state is not null)`;
  };
  const args = [ddl`of_time timestamptz`, ddl`of_feature text`];
  const changesArgs = [ddl`most integer`];
  return [
    systemFunction(tenancy, {
      name: 'limit_report_at_of',
      args: [ddl`of_tenant ${tenantType}`, ...args],
      returns: ddl`jsonb`,
      body: reportBody(model, {
        at: ddl`of_time`,
        used: false,
        sources: {
          state: then('state', 'plan', true) as Ddl,
          planFeatures: then('planFeatures', 'plan_feature', false) as Ddl,
          overrides: then('featureOverrides', 'override', true),
          addOns: then('addOns', 'add_on', true),
          addOnFeatures: then('addOnFeatures', 'add_on_feature', false),
        },
      }),
    }),
    appFunction(tenancy, { name: 'limit_report_at', args, returns: ddl`jsonb` }),
    systemFunction(tenancy, {
      name: 'limit_changes_of',
      args: [ddl`of_tenant ${tenantType}`, ...changesArgs],
      returns: ddl`jsonb`,
      body: ddl`
      begin
        return coalesce((select jsonb_agg(jsonb_build_object('at', ${isoTime(ddl`c.at`)},
          'subject', c.subject, 'key', c.key, 'state', c.state, 'actor', c.actor) order by c.id desc) from (
            select * from ${history.path} h where h.${history.tenant} = of_tenant order by h.id desc limit most) c), '[]');
      end`,
    }),
    appFunction(tenancy, { name: 'limit_changes', args: changesArgs, returns: ddl`jsonb` }),
  ];
}
