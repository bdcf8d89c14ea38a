import { type Tenancy, TenantryError } from '@tenantry/core';
import { blockers } from './classify/obstacles.ts';
import { inOrder } from './classify/order.ts';
import { type Facts, findTable } from './facts.ts';
import type { AdoptionPlan, PlannedTable } from './plan.ts';
import { keyTo } from './references.ts';

/**
 * Compares a plan with the database that it is to be carried out on.
 * @throws TenantryError `ADOPT_PLAN_STALE` with each table and the reason, `ADOPT_UNDECIDED`,
 *   `ADOPT_BLOCKED`
 */
export function checkPlan(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): AdoptionPlan {
  const stale = [...differences(plan, facts, tenancy)];
  if (stale.length > 0) throw new TenantryError('ADOPT_PLAN_STALE', { found: stale.join('\n') });
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
  if (stops.length > 0) throw new TenantryError('ADOPT_BLOCKED', { found: stops.join('\n') });
}

function* differences(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): Generator<string> {
  const planned = new Map(plan.tables.map((table) => [table.table, table]));
  for (const [i, { table }] of plan.tables.entries()) {
    if (plan.tables.findIndex((other) => other.table === table) < i)
      yield `${table}: the plan names it twice; keep one`;
  }
  const partitions = new Set(
    facts.tables.filter((t) => t.kind === 'partitioned').map(({ oid }) => oid),
  );
  for (const { schema, name, parents } of facts.tables) {
    const path = `${schema}.${name}`;
    if (schema === tenancy.schema || planned.has(path)) continue;
    if (!parents.some((oid) => partitions.has(oid)))
      yield `${path}: the plan does not name it, and the database has it; add it`;
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
      yield `${path}: \`${what}\` of the plan names its column ${column}, which the database does not have; name the one that it has`;
  }
  for (const table of plan.tables) {
    const { table: holder } = plan.tenants;
    if (table.is === 'tenants' && table.table !== holder)
      yield `${table.table}: \`is\` is 'tenants', but \`tenants\` of the plan names ${holder}; give it another \`is\`, or name it there`;
    if (table.is !== 'tenants' && table.table === holder)
      yield `${table.table}: \`is\` is '${table.is}', but it holds the tenants; set \`is\` to 'tenants', or name another table in \`tenants\` of the plan`;
  }
  const members = plan.members && planned.get(plan.members.table);
  if (members && members.is !== 'isolated')
    yield `${members.table}: \`is\` is '${members.is}', but it holds the memberships, each of which belongs to a tenant; set \`is\` to 'isolated', or name another table in \`members\` of the plan`;
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
    yield `${table}: the database does not have it; take it out of the plan`;
    return;
  }
  if (is === 'visible' && plan.members === null)
    yield `${table}: \`is\` is 'visible', but \`members\` of the plan names no memberships, which say who sees its rows; name them, or set \`is\` to 'system'`;
  if (is !== 'isolated') return;
  if (column === undefined)
    yield `${table}: \`column\` is missing; name the column of the tenant, which may be new`;
  const exists = live.columns.some(({ name }) => name === column);
  if (!exists && fill.length === 0)
    yield `${table}: its column ${column} is new and \`fill\` is empty; say there where the tenant of a row comes from`;
  for (const source of fill) {
    if (source.from === 'tenant') {
      if (!isId(tenancy, source.id))
        yield `${table}: \`fill\` has the tenant ${JSON.stringify(source.id)}, which is not an id of kind ${tenancy.id}; give the id of a tenant`;
      continue;
    }
    if (!live.columns.some(({ name }) => name === source.column))
      yield `${table}: \`fill\` names its column ${source.column}, which the database does not have; name the one that it has`;
    if (source.from === 'owner' && plan.members === null)
      yield `${table}: \`fill\` asks for the memberships of the user in ${source.column}, but \`members\` of the plan names none; name them, or give another source`;
    if (source.from === 'parent' && planned.get(source.parent)?.is !== 'isolated')
      yield `${table}: \`fill\` names the parent ${source.parent}, which is not isolated in this plan; set \`is\` of the parent to 'isolated', or give another source`;
    if (source.from === 'parent' && keyTo(live, source) === undefined)
      yield `${table}: \`fill\` says that ${source.column} references ${source.parent}, and no foreign key does; name a column that does, or give another source`;
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
