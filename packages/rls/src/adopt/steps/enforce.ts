import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { policyNames } from '../../fragments/policies.ts';
import { fixedColumnsTrigger } from '../../generate/fixed-columns.ts';
import type { LivePolicy } from '../../model/live.ts';
import { pathOf } from '../../model/table.ts';
import { short } from '../action.ts';
import { isOurs } from '../classify/obstacles.ts';
import { dropFillTrigger, dropSystemReads, fillTrigger } from './column.ts';
import { ownSection, rightsBack } from './observe.ts';
import type { Step, StepContext } from './step.ts';

/** What `generate` writes for the table, in one transaction: nobody sees half of it. */
export const enforceStep: Step = {
  name: 'enforce',
  async actions(context) {
    const { live, planned, sections } = context;
    return [
      ...sections
        .filter(({ id }) => id === 'schemas')
        .map(({ statements }) => short(...statements)),
      short(
        ...(planned.is === 'isolated' ? dropFillTrigger(context).flatMap(({ sql }) => sql) : []),
        ...ownSection(sections, live),
        dropSystemReads(context),
        ...ownDropped(context),
        ...definerViews(context).map(
          (view) => ddl`alter view ${view} set (security_invoker = true)`.sql,
        ),
      ),
    ];
  },
  migration: async (context) => [
    ...ownDropped(context),
    ...definerViews(context).map(
      (view) => ddl`alter view if exists ${view} set (security_invoker = true)`.sql,
    ),
  ],

  async undo(context) {
    const { live, planned, facts } = context;
    const target = name(live.schema, live.name);
    const column = live.columns.find((each) => each.name === planned.column);
    const before = facts.more.get(pathOf(live))?.defaults[planned.column ?? ''];
    const set: Ddl = before === undefined ? ddl`drop default` : { sql: `set default ${before}` };
    const enabled: Ddl = live.rls ? ddl`enable` : ddl`disable`;
    const forced: Ddl = live.forced ? ddl`force` : ddl`no force`;
    return [
      short(
        ...policyNames(live.name).map(
          (each) => ddl`drop policy if exists ${name(each)} on ${target}`.sql,
        ),
        ...(planned.policies === 'replace'
          ? ownPolicies(context).map((each) => createPolicy(each, target).sql)
          : []),
        ddl`alter table ${target} ${enabled} row level security, ${forced} row level security`.sql,
        ddl`drop trigger if exists ${name(fixedColumnsTrigger)} on ${target}`.sql,
        ...rightsBack(context),
        ...definerViews(context).map(
          (view) => ddl`alter view ${view} reset (security_invoker)`.sql,
        ),
        ...(planned.is === 'isolated'
          ? [
              ddl`alter table ${target} alter column ${name(column?.name ?? planned.column ?? '')} ${set}`
                .sql,
              ...fillTrigger(context).flatMap(({ sql }) => sql),
            ]
          : []),
      ),
    ];
  },
};

const ownPolicies = ({ facts, live }: StepContext): readonly LivePolicy[] =>
  facts.policies.filter((policy) => policy.table === live.oid && !isOurs(live, policy.name));

const ownDropped = (context: StepContext): string[] =>
  context.planned.policies === 'replace'
    ? ownPolicies(context).map(
        (each) =>
          ddl`drop policy if exists ${name(each.name)} on ${name(context.live.schema, context.live.name)}`
            .sql,
      )
    : [];

const definerViews = ({ facts, live }: StepContext): readonly Ddl[] =>
  facts.views
    .filter(
      ({ reads, materialized, securityInvoker }) =>
        reads.includes(live.oid) && !materialized && !securityInvoker,
    )
    .map((view) => name(view.schema, view.name));

function createPolicy(policy: LivePolicy, target: Ddl): Ddl {
  const to = [...(policy.toPublic ? [ddl`public`] : []), ...policy.roles.map((role) => name(role))];
  const kind: Ddl = { sql: policy.permissive ? 'permissive' : 'restrictive' };
  const using: Ddl = policy.using === null ? ddl`` : { sql: ` using (${policy.using})` };
  const check: Ddl = policy.check === null ? ddl`` : { sql: ` with check (${policy.check})` };
  const head = ddl`create policy ${name(policy.name)} on ${target} as ${kind} for ${{ sql: policy.command }} to ${join(to)}${using}${check}`;
  return ddl`
    do $tenantry$
    begin
      if not exists (select from pg_policy where polrelid = ${literal(target.sql)}::regclass and polname = ${literal(policy.name)}) then
        ${head};
      end if;
    end
    $tenantry$
  `;
}
