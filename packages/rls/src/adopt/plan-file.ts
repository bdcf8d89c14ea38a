import { type Tenancy, TenantryError } from '@tenantry/core';
import { blockers } from './classify/obstacles.ts';
import { inOrder } from './classify/order.ts';
import { type Facts, findTable } from './facts.ts';
import { type AdoptionPlan, type FillSource, type PlannedTable, plannedKinds } from './plan.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a plan from the text of its file.
 * @throws TenantryError `ADOPT_PLAN_INVALID` names the place
 */
export function readPlan(text: string): AdoptionPlan {
  const plan = fieldsOf(parsed(text), 'the plan');
  if (plan.version !== 1) refuse(`version ${JSON.stringify(plan.version)}; this version reads 1`);
  const tenants = fieldsOf(plan.tenants, 'tenants');
  const members = plan.members === null ? null : fieldsOf(plan.members, 'members');
  const users = plan.users === null ? null : fieldsOf(plan.users, 'users');
  if (!Array.isArray(plan.tables)) refuse('tables, which is no list');
  return {
    version: 1,
    tenants: {
      table: textOf(tenants.table, 'tenants.table'),
      id: textOf(tenants.id, 'tenants.id'),
    },
    members: members && {
      table: textOf(members.table, 'members.table'),
      tenant: textOf(members.tenant, 'members.tenant'),
      user: textOf(members.user, 'members.user'),
    },
    users: users && { table: textOf(users.table, 'users.table'), id: textOf(users.id, 'users.id') },
    tables: (plan.tables as unknown[]).map(readTable),
  };
}

function readTable(value: unknown, i: number): PlannedTable {
  const given = fieldsOf(value, `tables[${i}]`);
  const table = textOf(given.table, `tables[${i}].table`);
  const at = (field: string) => `${field} of ${table}`;
  const known = ['table', 'is', 'because', 'column', 'fill', 'policies', 'triggers', 'inTheWay'];
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown !== undefined) refuse(`${at(unknown)}, which is no part of a plan`);
  const is = oneOf(given.is, plannedKinds, at('is'));
  if (given.fill !== undefined && !Array.isArray(given.fill))
    refuse(`${at('fill')}, which is no list`);
  return {
    table,
    is,
    because: typeof given.because === 'string' ? given.because : 'the plan says so',
    ...(given.column !== undefined && { column: textOf(given.column, at('column')) }),
    ...(given.fill !== undefined && {
      fill: (given.fill as unknown[]).map((source) => readSource(source, at('fill'))),
    }),
    ...(given.policies !== undefined && {
      policies: oneOf(given.policies, ['keep', 'replace'] as const, at('policies')),
    }),
    ...(given.triggers !== undefined && {
      triggers: oneOf(given.triggers, ['silence', 'fire'] as const, at('triggers')),
    }),
  };
}

function readSource(value: unknown, at: string): FillSource {
  const source = fieldsOf(value, at);
  switch (oneOf(source.from, ['parent', 'owner', 'tenant'] as const, `${at}.from`)) {
    case 'parent':
      return {
        from: 'parent',
        column: textOf(source.column, `${at}.column`),
        parent: textOf(source.parent, `${at}.parent`),
      };
    case 'owner':
      return { from: 'owner', column: textOf(source.column, `${at}.column`) };
    case 'tenant':
      return { from: 'tenant', id: textOf(source.id, `${at}.id`) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`a file that is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

const fieldsOf = (value: unknown, at: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse(`${at}, which is no object`);

const textOf = (value: unknown, at: string): string =>
  typeof value === 'string' && value !== '' ? value : refuse(`${at}, which is no text`);

const oneOf = <T extends string>(value: unknown, words: readonly T[], at: string): T =>
  words.find((word) => word === value) ??
  refuse(`${at}, which is ${JSON.stringify(value)}; it can be ${words.join(', ')}`);

function refuse(found: string): never {
  throw new TenantryError('ADOPT_PLAN_INVALID', { found });
}

/**
 * Compares a plan with the database that it is to be carried out on.
 * @throws TenantryError `ADOPT_PLAN_STALE` with each table and the reason, `ADOPT_UNDECIDED`,
 *   `ADOPT_BLOCKED`
 */
export function checkPlan(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): AdoptionPlan {
  const stale = [...differences(plan, facts, tenancy)];
  if (stale.length > 0) throw new TenantryError('ADOPT_PLAN_STALE', { found: stale.join('; ') });
  const open = plan.tables.filter(({ is }) => is === 'undecided');
  if (open.length > 0) {
    throw new TenantryError('ADOPT_UNDECIDED', {
      found: open.map(({ table }) => table).join(', '),
    });
  }
  return { ...plan, tables: inOrder(plan.tables) };
}

/** @throws TenantryError `ADOPT_BLOCKED` when something stops one of these tables */
export function checkBlockers(
  tables: readonly PlannedTable[],
  facts: Facts,
  tenancy: Tenancy,
): void {
  const stops = tables.flatMap((planned) => {
    const live = findTable(facts, planned.table);
    return live === undefined
      ? []
      : blockers(facts, live, planned, tenancy).map((each) => `${planned.table}: ${each}`);
  });
  if (stops.length > 0) throw new TenantryError('ADOPT_BLOCKED', { found: stops.join('; ') });
}

function* differences(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): Generator<string> {
  const planned = new Map(plan.tables.map((table) => [table.table, table]));
  if (planned.size < plan.tables.length) yield 'a table is named twice';
  const partitions = new Set(
    facts.tables.filter((t) => t.kind === 'partitioned').map(({ oid }) => oid),
  );
  for (const { schema, name, parents } of facts.tables) {
    const path = `${schema}.${name}`;
    if (schema === tenancy.schema || planned.has(path)) continue;
    if (!parents.some((oid) => partitions.has(oid)))
      yield `${path}: the database has it, and the plan does not`;
  }
  const has = (path: string, column: string) =>
    findTable(facts, path)?.columns.some(({ name }) => name === column) === true;
  for (const [what, path, column] of [
    ['tenants', plan.tenants.table, plan.tenants.id],
    ...(plan.users === null ? [] : [['users', plan.users.table, plan.users.id]]),
    ...(plan.members === null
      ? []
      : [
          ['members', plan.members.table, plan.members.user],
          ['members', plan.members.table, plan.members.tenant],
        ]),
  ] as [string, string, string][]) {
    if (!has(path, column))
      yield `${path}: it is to hold the ${what}, and the database has no ${column} there`;
  }
  for (const table of plan.tables) yield* differencesOf(table, plan, planned, facts, tenancy);
}

function* differencesOf(
  { table, is, column, fill = [] }: PlannedTable,
  plan: AdoptionPlan,
  planned: ReadonlyMap<string, PlannedTable>,
  facts: Facts,
  tenancy: Tenancy,
): Generator<string> {
  const live = findTable(facts, table);
  if (live === undefined) {
    yield `${table}: the database does not have it`;
    return;
  }
  if (is === 'visible' && plan.members === null)
    yield `${table}: no memberships say who sees its rows`;
  if (is !== 'isolated') return;
  if (column === undefined) yield `${table}: its tenant column has no name`;
  const exists = live.columns.some(({ name }) => name === column);
  if (!exists && fill.length === 0)
    yield `${table}: nothing says where the tenant of its rows comes from (fill)`;
  for (const source of fill) {
    if (source.from === 'tenant') {
      if (!isId(tenancy, source.id))
        yield `${table}: ${JSON.stringify(source.id)} is no id of a tenant, which is of kind ${tenancy.id}`;
      continue;
    }
    if (!live.columns.some(({ name }) => name === source.column))
      yield `${table}: it has no column ${source.column}, from which the tenant is to come`;
    if (source.from === 'owner' && plan.members === null)
      yield `${table}: no memberships say of which tenant the user in ${source.column} is a member`;
    if (source.from === 'parent' && planned.get(source.parent)?.is !== 'isolated')
      yield `${table}: its parent ${source.parent} is not isolated in this plan`;
    if (source.from === 'parent' && keyTo(live, source) === undefined)
      yield `${table}: ${source.column} does not reference ${source.parent}`;
  }
}

function isId(tenancy: Tenancy, id: string): boolean {
  try {
    tenancy.parseId(id);
    return true;
  } catch {
    return false;
  }
}

/** The foreign key by which a parent is reached. */
export const keyTo = (
  table: { readonly foreignKeys: NonNullable<ReturnType<typeof findTable>>['foreignKeys'] },
  source: { readonly column: string; readonly parent: string },
) =>
  table.foreignKeys.find(
    ({ columns, foreignTable }) =>
      columns.includes(source.column) &&
      `${foreignTable.schema}.${foreignTable.name}` === source.parent,
  );
