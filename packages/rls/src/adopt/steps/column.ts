import {
  type Ddl,
  ddl,
  functionsSql,
  inSchema,
  join,
  literal,
  name,
  sqlFunction,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import { functionNameFor } from '../../fragments/names.ts';
import { type Action, short } from '../action.ts';
import { adoptPolicy } from '../classify/obstacles.ts';
import { findTable } from '../facts.ts';
import { hasOurPolicies } from '../our-policies.ts';
import { rightsBack } from './observe.ts';
import { columnType, quotedPath, sourcesOf } from './sources.ts';
import type { Step, StepContext } from './step.ts';

/** The trigger that gives new rows of the old code their tenant. It runs after those of the application. */
const triggerName = 'zz_tenantry_adopt';

export const columnStep: Step = {
  name: 'column',
  async actions(context) {
    const { live, planned } = context;
    const isMissing = !live.columns.some((each) => each.name === planned.column);
    return [...(isMissing ? [short(addColumn(context))] : []), ...fillTrigger(context)];
  },
  async migration(context) {
    const { live, planned } = context;
    const isMissing = !live.columns.some((each) => each.name === planned.column);
    return isMissing ? [addColumn(context)] : [];
  },
  async undo(context) {
    const { live, planned } = context;
    const isMissing = !live.columns.some((each) => each.name === planned.column);
    return [
      ...dropFillTrigger(context),
      short(dropSystemReads(context), ...rightsBack(context, false)),
      ...(isMissing
        ? [
            short(
              ddl`alter table ${name(live.schema, live.name)} drop column if exists ${name(planned.column ?? '')}`
                .sql,
            ),
          ]
        : []),
    ];
  },
};

const addColumn = (context: StepContext): string =>
  ddl`alter table ${name(context.live.schema, context.live.name)} add column if not exists ${name(context.planned.column ?? '')} ${{ sql: columnType(context) }}`
    .sql;

const functionName = ({ live }: Pick<StepContext, 'live'>): Ddl => ({
  sql: functionNameFor('adopt', live),
});

/** Makes the trigger and its function; none when every row has its tenant from the application. */
export function fillTrigger(context: StepContext): Action[] {
  const sources = sourcesOf(context);
  const { live, planned, plan, tenancy } = context;
  const [first] = sources;
  if (first === undefined) return [];
  const target = name(live.schema, live.name);
  const column = name(planned.column ?? '');
  const inScope = ddl`case when coalesce(current_setting(${literal(tenancy.setting)}, true), '') <> '' then ${tenantOfTransaction(tenancy)} end`;
  const found = ddl`coalesce(${join(sources.map(({ one }) => one(ddl`new`)))}, new.${column})`;
  const by = [...new Set(sources.flatMap((source) => source.by))].map((each) => name(each));
  const moved = join(
    by.map((each) => ddl`new.${each} is distinct from old.${each}`),
    ' or ',
  );
  const follow =
    by.length === 0
      ? ddl``
      : ddl`
          elsif tg_op = 'UPDATE' then
            if new.${column} is not distinct from old.${column} and (${moved}) then
              new.${column} := ${found};
            end if;
        `;
  const made = sqlFunction(
    ddl`${functionName(context)}() returns trigger`,
    { owner: name(tenancy.roles.system) },
    ddl`
      begin
        if new.${column} is null then
          new.${column} := coalesce(${inScope}, ${found});
        ${follow}
        end if;
        return new;
      end
    `,
  );
  const read = sources.flatMap(({ source }) =>
    source.from === 'parent'
      ? [source.parent]
      : source.from === 'owner' && plan.members !== null
        ? [plan.members.table]
        : [],
  );
  const system = name(tenancy.roles.system);
  return [
    ...systemReads(context, [...read, `${live.schema}.${live.name}`]),
    short(
      inSchema(tenancy.schema, functionsSql([made])).sql,
      ...[...new Set(read)].flatMap((table) => [
        ddl`grant usage on schema ${name(table.slice(0, table.indexOf('.')))} to ${system}`.sql,
        ddl`grant select on ${quotedPath(table)} to ${system}`.sql,
      ]),
    ),
    short(
      inSchema(
        tenancy.schema,
        ddl`
          create or replace trigger ${name(triggerName)} before insert or update on ${target}
            for each row execute function tenantry.${functionName(context)}();
        `,
      ).sql,
    ),
  ];
}

/**
 * The triggers and the batches look at rows as the system role, which policies of the application would
 * keep from it.
 */
function systemReads({ facts, tenancy }: StepContext, tables: readonly string[]): Action[] {
  return [...new Set(tables)].flatMap((table) => {
    const found = findTable(facts, table);
    // with a policy of ours it is enforced, and the system role reads it by that
    if (found?.rls !== true || hasOurPolicies(facts, found, tenancy)) return [];
    const target = quotedPath(table);
    return [
      short(
        ddl`
          do $tenantry$
          begin
            if not exists (select from pg_policy where polrelid = ${literal(target.sql)}::regclass and polname = ${literal(adoptPolicy)}) then
              create policy ${name(adoptPolicy)} on ${target} to ${name(tenancy.roles.system)} using (true) with check (true);
            end if;
          end
          $tenantry$
        `.sql,
      ),
    ];
  });
}

/** The system role has a policy of its own by then, or none of the application's is left to pass. */
export const dropSystemReads = ({ live }: StepContext): string =>
  ddl`drop policy if exists ${name(adoptPolicy)} on ${name(live.schema, live.name)}`.sql;

/** Takes them away: the tenant then comes from the scope. */
export const dropFillTrigger = (context: StepContext): Action[] => {
  const { live, tenancy } = context;
  return [
    short(
      ddl`drop trigger if exists ${name(triggerName)} on ${name(live.schema, live.name)}`.sql,
      inSchema(tenancy.schema, ddl`drop function if exists tenantry.${functionName(context)}()`)
        .sql,
    ),
  ];
};
