import type { Tenancy } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { policyNames } from '../../fragments/policies.ts';
import type { LiveTable } from '../../model/live.ts';
import { pathOf, titleOf } from '../../model/table.ts';
import { fitOfTenant } from '../../model/tenant-type.ts';
import { type Facts, keyOf } from '../facts.ts';
import { hasOurPolicies } from '../our-policies.ts';
import type { AdoptionPlan, PlannedTable } from '../plan.ts';
import { referencesWithout } from '../references.ts';
import { firedByFilling } from '../update-triggers.ts';

/** What stops a table, so that no step of it runs. */
export function blockers(
  facts: Facts,
  table: LiveTable,
  { is, column }: Pick<PlannedTable, 'is' | 'column'>,
  tenancy: Tenancy,
): string[] {
  if (is === 'other' || is === 'undecided') return [];
  const more = facts.more.get(pathOf(table));
  const found = table.columns.find(({ name }) => name === column);
  const type = found?.type ?? tenancy.id;
  return [
    ...(table.kind === 'foreign' ? ['it is a foreign table, whose rows are elsewhere'] : []),
    ...(more?.owned === false
      ? [`it belongs to ${table.owner}, and the login ${facts.login} is no member of that role`]
      : []),
    ...(more?.inherited === true
      ? ['other tables inherit from it; name each of them in the plan by itself']
      : []),
    ...(is === 'tenants' && isHidden(facts, table, tenancy)
      ? [
          `its row-level security binds the login ${facts.login}, which would not see every tenant; run \`alter table ${name(table.schema, table.name).sql} no force row level security\`, which enforcing takes back, or adopt as a login that bypasses it`,
        ]
      : []),
    ...takenPolicies(facts, table, tenancy).map(
      (policy) => `its policy ${policy} has a name of Tenantry's policies; rename it`,
    ),
    ...(is !== 'isolated' && is !== 'tenants'
      ? []
      : [
          ...(fitOfTenant(tenancy.id, type) !== 'other'
            ? []
            : [
                `column ${column} is of type ${type}, and the tenancy has ids of type ${tenancy.id}`,
              ]),
          ...(found?.generated === true ? [`column ${column} is generated`] : []),
        ]),
  ];
}

/** Everything between a table and its isolation, in words: what stops it first, then what is worth knowing. */
export function inTheWay(
  table: LiveTable,
  planned: PlannedTable,
  within: { readonly plan: AdoptionPlan; readonly facts: Facts; readonly tenancy: Tenancy },
): string[] {
  const { facts, tenancy } = within;
  const stops = blockers(facts, table, planned, tenancy).map((each) => `stops: ${each}`);
  if (planned.is === 'other' || planned.is === 'undecided') return stops;
  const views = facts.views.filter(({ reads }) => reads.includes(table.oid));
  const policies = facts.policies.filter(
    (policy) => policy.table === table.oid && !isOurs(table, policy.name),
  );
  return [
    ...stops,
    ...(planned.is === 'isolated' ? ofIsolated(facts, table, planned) : []),
    ...(planned.is === 'isolated' ? referencesWithout(planned, table, within) : []).map(
      ({ name, why }) =>
        `reference ${name} stays without the tenant, so a row can reference one of another tenant: ${why}`,
    ),
    ...(planned.is === 'isolated' ? goneWithUsers(table, within.plan) : []),
    ...(policies.length > 0
      ? [
          `${policies.length === 1 ? 'a policy' : `${policies.length} policies`} of its own: ${listed(policies.map(({ name }) => name))}; policies: 'replace' takes them down, and --back puts them back`,
        ]
      : []),
    ...(planned.is === 'isolated' && !table.columns.some(({ name }) => name === planned.column)
      ? (facts.more.get(pathOf(table))?.publications ?? [])
      : []
    ).map(
      (publication) =>
        `the publication ${publication} sends all its columns: give its subscribers the column ${planned.column} first`,
    ),
    ...views.flatMap((view) =>
      view.materialized
        ? [`the materialised view ${titleOf(view)} holds its rows, past every policy`]
        : view.securityInvoker
          ? []
          : [
              `the view ${titleOf(view)} reads it with the rights of ${view.owner}; enforcing makes it read as the caller`,
            ],
    ),
  ];
}

/** The policy by which the system role reads a table that has policies of the application. */
export const adoptPolicy = 'tenantry_adopt';

/** Whether a policy has one of the names that Tenantry gives. */
export const isOurs = (table: Pick<LiveTable, 'name'>, policy: string): boolean =>
  policy === adoptPolicy || policyNames(table.name).includes(policy);

/** Whether policies of the application, which it forces on the owner, keep rows from the login. */
const isHidden = (facts: Facts, table: LiveTable, tenancy: Tenancy): boolean =>
  table.rls && table.forced && facts.isBound && !hasOurPolicies(facts, table, tenancy);

/** Policies of the application under our names, which enforcing would replace. */
const takenPolicies = (facts: Facts, table: LiveTable, tenancy: Tenancy): string[] =>
  hasOurPolicies(facts, table, tenancy)
    ? []
    : facts.policies
        .filter(
          (policy) => policy.table === table.oid && policyNames(table.name).includes(policy.name),
        )
        .map(({ name }) => name);

function ofIsolated(
  facts: Facts,
  table: LiveTable,
  { column = '', fill = [] }: Pick<PlannedTable, 'column' | 'fill'>,
): string[] {
  const found = table.columns.find(({ name }) => name === column);
  const key = keyOf(table);
  const leads = facts.indexes.some(
    (index) =>
      index.table === table.oid && index.valid && !index.partial && index.columns[0] === column,
  );
  const uniques = table.keys.filter(
    ({ kind, columns }) => kind === 'unique' && !columns.includes(column),
  );
  const triggers = fill.length === 0 ? [] : firing(facts, table, column);
  const odd = table.constraints.filter(
    ({ kind, onUpdate, definition }) =>
      kind === 'foreign' &&
      (onUpdate !== 'no action' || /\b(DEFERRABLE|MATCH FULL)\b/.test(definition)),
  );
  return [
    ...(found === undefined
      ? [`column ${column} is missing`]
      : found.notNull
        ? []
        : [`column ${column} may be null`]),
    ...(key.length === 0 ? ['it has no primary key: a row is named by its place (ctid)'] : []),
    ...(leads ? [] : [`no index begins with ${column}`]),
    ...uniques.map(
      ({ name, columns }) =>
        `${name} (${columns.map((each) => each || 'an expression').join(', ')}) is unique across tenants: whoever takes a value learns that it is taken`,
    ),
    ...(triggers.length === 0
      ? []
      : [
          `${listed(triggers)} would fire for every filled row${facts.maySilence ? ', and is silenced meanwhile' : ''}`,
        ]),
    ...odd.map(
      ({ name }) =>
        `reference ${name} has ON UPDATE, MATCH FULL or is deferrable, which its successor has not`,
    ),
    ...(table.kind === 'partitioned'
      ? ['it is partitioned: each partition is filled and indexed by itself']
      : []),
  ];
}

/** What a user made belongs to the tenant from now on, and still goes with the user. */
const goneWithUsers = (table: LiveTable, { users, members }: AdoptionPlan): string[] =>
  users === null || pathOf(table) === members?.table
    ? []
    : table.foreignKeys
        .filter(
          ({ onDelete, foreignTable }) =>
            onDelete === 'cascade' && pathOf(foreignTable) === users.table,
        )
        .map(
          ({ name, columns }) =>
            `reference ${name}: deleting the user in ${columns.join(', ')} deletes the row, which belongs to the tenant then`,
        );

const firing = (facts: Facts, table: LiveTable, column: string): string[] =>
  firedByFilling(facts, table, column, false).map(({ name }) => name);

const listed = (names: readonly string[]): string =>
  names.length > 4
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.join(', ');
