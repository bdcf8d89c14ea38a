import { type Exemptions, exemptionMatcher, type Tenancy } from '@tenantry/core';
import type { LiveTable } from '../../model/live.ts';
import { type DeclaredTable, pathOf, titleOf } from '../../model/table.ts';
import type { Facts } from '../facts.ts';
import type { AdoptionPlan, PlannedTable } from '../plan.ts';
import { type Found, fillGaps, findChildren } from './children.ts';
import { inTheWay } from './obstacles.ts';
import { inOrder } from './order.ts';
import { findPeople, type Hints, isAuth, tenantColumnOf } from './people.ts';
import { otherSchemas, otherTables } from './words.ts';

/** What {@link planAdoption} knows besides the database. */
export interface PlanOptions extends Hints {
  /**
   * The tables of the Drizzle schema, or of `tables` in tenantry.config.ts; what a fragment declares counts
   * more than what is found.
   */
  readonly declared?: readonly DeclaredTable[];
  /** Tables of other libraries, as in tenantry.config.ts. */
  readonly exempt?: Exemptions;
}

/**
 * Says for each table of a database what it is and how that is known, what is in the way, and in which
 * order to adopt them. It reads no row, decides nothing that the catalogue does not say, and calls such
 * tables `undecided`.
 *
 * @throws TenantryError `ADOPT_NO_TENANTS`
 * @example
 * ```ts
 * const plan = planAdoption(await readFacts(client, 'app'), tenancy);
 * for (const { table, is, because } of plan.tables) console.log(table, is, because);
 * ```
 */
export function planAdoption(
  facts: Facts,
  tenancy: Tenancy,
  options: PlanOptions = {},
): AdoptionPlan {
  const byOid = new Map(facts.tables.map((table) => [table.oid, table]));
  // partitions follow their table, and what Tenantry keeps is no table of the application
  const tables = facts.tables.filter(
    ({ parents, schema }) =>
      schema !== tenancy.schema && !parents.some((oid) => byOid.get(oid)?.kind === 'partitioned'),
  );
  const people = findPeople(
    tables.filter((table) => ofAnother(table) === undefined),
    tenancy,
    options,
  );
  const find = (path: string | undefined) => tables.find((table) => pathOf(table) === path);
  const users = find(people.users?.table);
  const found = new Map<string, Found>();
  const settle = (table: LiveTable, what: Found | undefined) => {
    if (what !== undefined && !found.has(pathOf(table))) found.set(pathOf(table), what);
  };
  const declared = new Map((options.declared ?? []).map((table) => [pathOf(table), table]));

  const exempt = exemptionMatcher(options.exempt, tenancy.schema);
  for (const table of tables) {
    const exemption = exempt.find(table.schema, table.name);
    if (exemption !== undefined) settle(table, { is: 'other', because: exemption.reason });
    settle(table, isTenants(table, people));
    settle(table, ofDeclaration(table, declared.get(pathOf(table))));
    if (table === users && people.members !== null)
      settle(table, {
        is: 'visible',
        because: `the users, whom ${people.members.table} places in tenants`,
      });
    settle(table, byColumn(table, find(people.tenants.table), tenancy));
    settle(table, ofAnother(table));
    settle(table, ofAuth(table));
    if (table === users)
      settle(table, {
        is: 'system',
        because: 'the users; no table says who is a member of which tenant',
      });
  }
  findChildren(tables, found, tenancy, users);
  for (const table of tables) settle(table, remaining(table, tables, found));
  for (const table of tables) fillGaps(table, found, users);

  const bare = tables.map((table): PlannedTable => {
    const path = pathOf(table);
    return { table: path, ...(found.get(path) as Found) };
  });
  const plan: AdoptionPlan = { version: 1, ...people, tables: bare };
  const planned = tables.map((table, i): PlannedTable => {
    const own = bare[i] as PlannedTable;
    const ways = inTheWay(table, own, { plan, facts, tenancy });
    return { ...own, ...(ways.length > 0 && { inTheWay: ways }) };
  });
  return { ...plan, tables: inOrder(planned) };
}

const isTenants = (table: LiveTable, { tenants }: Pick<AdoptionPlan, 'tenants'>) =>
  pathOf(table) === tenants.table
    ? { is: 'tenants' as const, because: 'the table of tenants', column: tenants.id }
    : undefined;

function ofDeclaration(_table: LiveTable, declared: DeclaredTable | undefined): Found | undefined {
  const because = 'its declaration says so';
  switch (declared?.isolation) {
    case 'scoped':
      return {
        is: 'isolated',
        because,
        ...(declared.tenantColumn && { column: declared.tenantColumn }),
        fill: [],
      };
    case 'visible':
    case 'shared':
    case 'system':
      return { is: declared.isolation, because };
    default:
      return undefined;
  }
}

function byColumn(
  table: LiveTable,
  tenants: LiveTable | undefined,
  tenancy: Tenancy,
): Found | undefined {
  if (tenants === undefined) return undefined;
  const column = tenantColumnOf(table, tenants, tenancy);
  if (column === undefined) return undefined;
  const keyed = table.foreignKeys.some(
    (key) => key.columns[0] === column && key.columns.length === 1,
  );
  return {
    is: 'isolated',
    because: keyed
      ? `column ${column} references ${titleOf(tenants)}`
      : `column ${column} is named after the tenant`,
    column,
    fill: [],
  };
}

function ofAnother(table: LiveTable): Found | undefined {
  const reason =
    (Object.hasOwn(otherSchemas, table.schema) ? otherSchemas[table.schema] : undefined) ??
    otherTables.find(([name]) => name.test(table.name))?.[1];
  return reason === undefined ? undefined : { is: 'other', because: reason };
}

function ofAuth(table: LiveTable): Found | undefined {
  const reason = isAuth(table);
  return reason === undefined ? undefined : { is: 'system', because: reason };
}

/** A table that nothing places: shared when isolated tables look things up in it. */
function remaining(
  table: LiveTable,
  tables: readonly LiveTable[],
  found: ReadonlyMap<string, Found>,
): Found {
  const readers = tables.filter(
    (each) =>
      found.get(pathOf(each))?.is === 'isolated' &&
      each.foreignKeys.some((key) => pathOf(key.foreignTable) === pathOf(table)),
  );
  const [reader] = readers;
  return reader === undefined
    ? {
        is: 'undecided',
        because: 'no column, no parent and no owner says whose its rows are',
      }
    : {
        is: 'shared',
        because: `${titleOf(reader)} looks things up in it, and its rows have no owner`,
      };
}
