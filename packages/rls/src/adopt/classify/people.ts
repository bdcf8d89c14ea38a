import { type Tenancy, TenantryError } from '@tenantry/core';
import type { LiveTable } from '../../model/live.ts';
import { pathOf, titleOf } from '../../model/table.ts';
import { keyOf } from '../facts.ts';
import type { AdoptionPlan } from '../plan.ts';
import {
  authTables,
  isWord,
  memberNames,
  ownerColumns,
  plain,
  tenantWords,
  userNames,
} from './words.ts';

/** What somebody who knows the application can say beforehand, instead of a guess. */
export interface Hints {
  /** The table of tenants: `public.teams`. */
  readonly tenants?: string | undefined;
  /** The table of memberships. */
  readonly members?: string | undefined;
  /** The table of users. */
  readonly users?: string | undefined;
}

/** The tables that say who is who. */
export type People = Pick<AdoptionPlan, 'tenants' | 'members' | 'users'>;

/**
 * Finds the tables of tenants, users and memberships: as named, otherwise by foreign keys and names.
 * @throws TenantryError `ADOPT_NO_TENANTS` when no table holds tenants
 */
export function findPeople(tables: readonly LiveTable[], tenancy: Tenancy, hints: Hints): People {
  const tenants = tenantsTable(tables, tenancy, hints.tenants);
  const [id] = keyOf(tenants);
  if (id === undefined || keyOf(tenants).length > 1) {
    throw new TenantryError('ADOPT_NO_TENANTS', {
      found: `table ${titleOf(tenants)}, whose primary key is not one column.`,
    });
  }
  const users = usersTable(tables, tenants, hints.users);
  const [userId] = users === undefined ? [] : keyOf(users);
  return {
    tenants: { table: pathOf(tenants), id },
    users:
      users === undefined || userId === undefined ? null : { table: pathOf(users), id: userId },
    members: membersTable(tables, tenants, users, tenancy, hints.members),
  };
}

function named(tables: readonly LiveTable[], path: string, what: string): LiveTable {
  const full = path.includes('.') ? path : `public.${path}`;
  const found = tables.find((table) => pathOf(table) === full);
  if (found !== undefined) return found;
  throw new TenantryError('ADOPT_NO_TENANTS', {
    found: `${what} ${full}, which the database lacks.`,
  });
}

function tenantsTable(
  tables: readonly LiveTable[],
  tenancy: Tenancy,
  hint: string | undefined,
): LiveTable {
  if (hint !== undefined) return named(tables, hint, 'the table of tenants');
  for (const word of [tenancy.tenant, ...tenantWords]) {
    const found = tables.filter((t) => isWord(t.name, word) && !isAuth(t));
    const [most] = found.sort((a, b) => referencesTo(tables, b) - referencesTo(tables, a));
    if (most !== undefined && keyOf(most).length === 1) return most;
  }
  throw new TenantryError('ADOPT_NO_TENANTS', {
    found: `no table named after ${tenancy.tenant}, or after another usual word for a tenant.`,
  });
}

const referencesTo = (tables: readonly LiveTable[], target: LiveTable): number =>
  tables.flatMap((t) => t.foreignKeys).filter((k) => pathOf(k.foreignTable) === pathOf(target))
    .length;

function usersTable(
  tables: readonly LiveTable[],
  tenants: LiveTable,
  hint: string | undefined,
): LiveTable | undefined {
  if (hint !== undefined) return named(tables, hint, 'the table of users');
  return tables
    .filter((t) => userNames.test(t.name) && t !== tenants && keyOf(t).length === 1)
    .sort((a, b) => referencesTo(tables, b) - referencesTo(tables, a))[0];
}

function membersTable(
  tables: readonly LiveTable[],
  tenants: LiveTable,
  users: LiveTable | undefined,
  tenancy: Tenancy,
  hint: string | undefined,
): People['members'] {
  const found = (hint === undefined ? tables : [named(tables, hint, 'the table of memberships')])
    .flatMap((table) => {
      const tenant = tenantColumnOf(table, tenants, tenancy);
      const user = userColumnOf(table, users);
      return tenant === undefined || user === undefined
        ? []
        : [{ table: pathOf(table), tenant, user, score: memberScore(table, tenant, user) }];
    })
    .filter(({ score }) => hint !== undefined || score >= 2)
    .sort((a, b) => b.score - a.score);
  const [best] = found;
  if (best === undefined) return null;
  return { table: best.table, tenant: best.tenant, user: best.user };
}

/** A name counts two, a key over tenant and user two as well. */
function memberScore(table: LiveTable, tenant: string, user: string): number {
  const isKey = table.keys.some(
    ({ columns, partial }) =>
      !partial && columns.length === 2 && columns.includes(tenant) && columns.includes(user),
  );
  return (memberNames.test(table.name) ? 2 : 0) + (isKey ? 2 : 0);
}

/** The column that holds the tenant: by its foreign key, otherwise by its name. */
export function tenantColumnOf(
  table: LiveTable,
  tenants: Pick<LiveTable, 'schema' | 'name'>,
  tenancy: Tenancy,
): string | undefined {
  const keys = table.foreignKeys.filter(
    ({ foreignTable, columns }) => pathOf(foreignTable) === pathOf(tenants) && columns.length === 1,
  );
  const columns = keys.flatMap((key) => key.columns);
  const usual = [
    tenancy.column,
    tenancy.property,
    `${tenants.name}_id`,
    `${singular(tenants.name)}_id`,
  ];
  const isUsual = (column: string) => usual.some((word) => plain(word) === plain(column));
  return (
    columns.find(isUsual) ??
    (new Set(columns).size === 1 ? columns[0] : undefined) ??
    table.columns.find(({ name }) => isUsual(name))?.name
  );
}

const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/s$/, '');

/** The column that holds the user a row belongs to: by the surest name, otherwise by its only key. */
export function userColumnOf(table: LiveTable, users: LiveTable | undefined): string | undefined {
  if (users !== undefined && table.oid === users.oid) return undefined;
  const keys = table.foreignKeys.filter(
    ({ foreignTable, columns }) =>
      users !== undefined && pathOf(foreignTable) === pathOf(users) && columns.length === 1,
  );
  const referencing = new Set(keys.flatMap(({ columns }) => columns));
  const type = users?.columns.find(({ name }) => name === keyOf(users)[0])?.type;
  const fits = table.columns.filter(
    (column) => referencing.has(column.name) || type === undefined || column.type === type,
  );
  for (const pattern of ownerColumns) {
    const found = fits
      .filter(({ name }) => pattern.test(name))
      .sort((a, b) => Number(referencing.has(b.name)) - Number(referencing.has(a.name)))[0];
    if (found !== undefined) return found.name;
  }
  const must = fits.filter(({ name, notNull }) => notNull && referencing.has(name));
  return must.length === 1 ? must[0]?.name : undefined;
}

/** Whether a table has the shape of an auth library's. */
export const isAuth = (table: LiveTable): string | undefined =>
  authTables.find(
    ([name, column]) =>
      name.test(table.name) && table.columns.some((each) => column.test(each.name)),
  )?.[2];
