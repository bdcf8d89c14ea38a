import { type Tenancy, TenantryError } from '@tenantry/core';
import { idKindOf } from '@tenantry/core/sql';
import { policyNames } from '../fragments/policies.ts';
import { type DeclaredTable, titleOf } from '../model/table.ts';
import { fitOfTenant } from '../model/tenant-type.ts';

/** A problem that weakens the isolation but does not break it. */
export interface GenerateWarning {
  readonly code:
    | 'UNIQUE_WITHOUT_TENANT'
    | 'REFERENCE_WITHOUT_TENANT'
    | 'TENANT_COLUMN_TYPE'
    | 'VIEW_READS_AS_OWNER';
  readonly table: string;
  readonly found: string;
  readonly fix: string;
}

/**
 * Refuses a schema in which a table could leak.
 * @throws TenantryError `TABLE_NOT_ISOLATED`, `CONFIG_INVALID`
 */
export function checkTables(tenancy: Tenancy, tables: readonly DeclaredTable[]): GenerateWarning[] {
  const bare = tables.filter(({ isolation }) => isolation === undefined);
  if (bare.length > 0) {
    throw new TenantryError('TABLE_NOT_ISOLATED', {
      found: bare.map(titleOf).join(', '),
      fix: 'Add to each of them one of ...isolate(t), ...tenants(t), ...isolateThrough(t, …), ...visibleThrough(t, …), ...shared(t) or ...systemOnly(t); a table of another library stands in exempt of tenantry.config.ts, with the reason.',
    });
  }
  checkSchemas(tenancy, tables);
  checkNames(tables);
  const byName = new Map(tables.map((table) => [titleOf(table), table]));
  for (const table of tables) {
    checkKey(table);
    checkPolicies(table);
    checkTenantColumn(tenancy, table);
    checkCleared(table);
    checkTargets(table, byName);
  }
  return tables.flatMap((table) => [
    ...typeWarnings(tenancy, table),
    ...uniqueWarnings(table),
    ...referenceWarnings(table, byName),
  ]);
}

/**
 * A schema named like the app role comes first in the default search path, `"$user", public`, after the
 * switch to that role. A statement would find a table there instead of the one that the migrations made.
 */
function checkSchemas({ roles }: Tenancy, tables: readonly DeclaredTable[]): void {
  const taken = tables.find(({ schema }) => schema === roles.app || schema === roles.system);
  if (taken === undefined) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `schema ${taken.schema} of table ${taken.name} is named like a role of the tenancy: under that role it comes before schema public in the search path.`,
    fix: "Rename the schema, or the role: defineTenancy({ …, roles: { app: 'app_role' } }).",
  });
}

/** Names of keys and indexes are unique within a schema: a duplicate makes a migration fail. */
function checkNames(tables: readonly DeclaredTable[]): void {
  const owners = new Map<string, string>();
  for (const table of tables) {
    for (const name of table.indexNames) {
      const key = `${table.schema}.${name}`;
      const other = owners.get(key);
      if (other !== undefined && other !== table.name) {
        throw new TenantryError('CONFIG_INVALID', {
          found: `the tables ${other} and ${titleOf(table)} both have a key or an index named ${name}.`,
          fix: 'Rename one of the tables or columns that the name is made of.',
        });
      }
      owners.set(key, table.name);
    }
  }
}

function checkKey(table: DeclaredTable): void {
  const primary = table.keys.filter(({ kind }) => kind === 'primary');
  if (primary.length < 2) return;
  const keys = primary.map(({ columns }) => `(${columns.join(', ')})`).join(' and ');
  throw new TenantryError('CONFIG_INVALID', {
    found: `table ${titleOf(table)} has two primary keys, ${keys}.`,
    fix: 'Pass isolate(t, { key: false }) so that the table keeps its own.',
  });
}

/** Two policies of one name would replace each other, and drizzle-kit would drop the user's. */
function checkPolicies(table: DeclaredTable): void {
  const taken = table.userPolicies.find(({ name }) => policyNames(table.name).includes(name));
  if (taken === undefined) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `table ${titleOf(table)} has a policy of your own named ${taken.name}, which is a name of Tenantry's policies.`,
    fix: 'Give it another name.',
  });
}

function checkTenantColumn(tenancy: Tenancy, table: DeclaredTable): void {
  const column = tenantColumnOf(table);
  if (column === undefined) return;
  const title = `column ${column.name} of table ${titleOf(table)}`;
  if (fitOfTenant(tenancy.id, column.type) === 'other') {
    const kind = idKindOf(column.type);
    throw new TenantryError('CONFIG_INVALID', {
      found: `${title} is of type ${column.type}, where this tenancy has ids of kind ${tenancy.id}.`,
      fix:
        fitOfTenant(kind, column.type) === 'other'
          ? 'Change the type of the column: no kind of ids has this one. In place of a domain take the type that it is over, and keep its check as a constraint.'
          : `Change the type of the column, or the kind of the tenancy: defineTenancy({ id: '${kind}' }).`,
    });
  }
  if (column.notNull || table.withoutTenant !== undefined) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `${title} may be null, and nothing says what a row without a tenant is.`,
    fix: "Make it not null, after a migration that fills it. Or say it: isolate(t, { withoutTenant: 'hidden' }) for rows that are nobody's yet, 'shared' for rows that every tenant reads.",
  });
}

const tenantColumnOf = (table: DeclaredTable) =>
  table.columns.find(({ name }) => name === table.tenantColumn);

/** An integer and a bigint can be compared by an index, but one of them ends before the other. */
function typeWarnings(tenancy: Tenancy, table: DeclaredTable): GenerateWarning[] {
  const column = tenantColumnOf(table);
  if (column === undefined || fitOfTenant(tenancy.id, column.type) !== 'range') return [];
  return [
    {
      code: 'TENANT_COLUMN_TYPE',
      table: titleOf(table),
      found: `${column.name} is of type ${column.type}, and ids of this tenancy are of kind ${tenancy.id}: one ends before the other.`,
      fix: 'Give both the same type before ids reach 2147483647.',
    },
  ];
}

function checkCleared(table: DeclaredTable): void {
  const notNull = new Set(table.columns.filter((c) => c.notNull).map(({ name }) => name));
  for (const { name, onDelete, cleared } of table.references) {
    if (onDelete !== 'set null' || !cleared.some((column) => notNull.has(column))) continue;
    throw new TenantryError('CONFIG_INVALID', {
      found: `reference ${name} of table ${titleOf(table)} sets a column to null that is not null.`,
      fix: 'Drop .notNull() from the column, or use another onDelete.',
    });
  }
}

function checkTargets(table: DeclaredTable, byName: ReadonlyMap<string, DeclaredTable>): void {
  for (const { name, foreignTable, foreignColumns } of table.references) {
    const target = byName.get(titleOf(foreignTable));
    if (target === undefined) continue; // a table managed elsewhere, such as auth.users
    const wanted = [...foreignColumns].sort().join();
    if (target.keys.some(({ columns }) => [...columns].sort().join() === wanted)) continue;
    throw new TenantryError('CONFIG_INVALID', {
      found: `reference ${name} of table ${titleOf(table)} points at (${foreignColumns.join(', ')}) of ${titleOf(foreignTable)}, which is not unique there.`,
      fix: `Add unique().on(${foreignColumns.map((column) => `t.${column}`).join(', ')}) to ${titleOf(foreignTable)}, with the names of its properties.`,
    });
  }
}

function uniqueWarnings(table: DeclaredTable): GenerateWarning[] {
  // only the system role can get a duplicate-key error, so tenants learn nothing
  if (table.isolation !== 'scoped' || table.access === 'read') return [];
  return table.keys
    .filter(({ kind, columns }) => kind === 'unique' && columns[0] !== table.tenantColumn)
    .map(({ name }) => ({
      code: 'UNIQUE_WITHOUT_TENANT',
      table: titleOf(table),
      found: `${name} is unique across tenants: whoever inserts a taken value learns that it exists.`,
      fix: `Let ${table.tenantColumn} lead it: unique().on(t.${table.tenantProperty ?? ''}, …).`,
    }));
}

function referenceWarnings(
  table: DeclaredTable,
  byName: ReadonlyMap<string, DeclaredTable>,
): GenerateWarning[] {
  if (table.isolation !== 'scoped') return [];
  return table.foreignKeys
    .filter(({ columns, foreignTable }) => {
      const target = byName.get(titleOf(foreignTable));
      return target?.isolation === 'scoped' && !columns.includes(table.tenantColumn ?? '');
    })
    .map(({ name, foreignTable }) => ({
      code: 'REFERENCE_WITHOUT_TENANT',
      table: titleOf(table),
      found: `${name} points at ${titleOf(foreignTable)} without the tenant, so a row can reference another tenant's row.`,
      fix: 'Replace it by ...reference(t, { column, to }).',
    }));
}
