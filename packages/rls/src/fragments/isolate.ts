import { type Tenancy, TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { dialectOf } from '../dialect/index.ts';
import { mapTerms } from '../dialect/parts.ts';
import { checkColumns, checkWord } from './check.ts';
import {
  type ColumnLike,
  type ColumnsLike,
  type Fragment,
  indexOn,
  isOwnKey,
  nameOf,
  primaryKeyOn,
  tableOf,
  uniqueIndexOn,
} from './drizzle.ts';
import { objectName } from './names.ts';
import { type SystemAccess, setNote, type TableAccess, type WithoutTenant } from './notes.ts';
import { checkTerms, type PolicyTerms, termTypes } from './policies.ts';

/** What `isolate(t, options)` takes. */
export interface IsolateOptions extends PolicyTerms {
  /**
   * The tenant column, where its property is not the one of the tenancy: `isolate(t, { tenant: t.orgId })`.
   * Put it before other fragments of the table. Default: the property of the tenancy, `t.organizationId`.
   */
  readonly tenant?: ColumnLike;
  /**
   * What follows the tenant in the primary key: `[t.userId]` for a table that links users,
   * `[t.id, t.status]` for one that is partitioned by status. `false` when the table declares its own
   * primary key with `primaryKey(…)`; a column with `.primaryKey()` is detected. Default: t.id.
   */
  readonly key?: ColumnLike | readonly ColumnLike[] | false;
  /**
   * For a table that keeps its own primary key: what follows the tenant in the unique index to which
   * references point. `[t.id, t.happenedAt]` for one that is partitioned by time, where each unique index
   * has the column of the partitions. Default: t.id.
   */
  readonly unique?: ColumnLike | readonly ColumnLike[];
  /**
   * What a tenant may do with its rows: `all`; `append`, insert and read them; or `read`, when only the
   * system role and your functions write. These are rights of the app role. Default: 'all'.
   */
  readonly access?: TableAccess;
  /**
   * What the system role may do: `all`, or `read`, when only your functions write. Default: 'all'.
   */
  readonly systemAccess?: SystemAccess;
  /**
   * Columns that a tenant reads and only the system role changes: a usage figure, an approval. An UPDATE
   * may repeat the stored value; any other value is refused with 42501 and the name of the column. An
   * INSERT can still set them, except with `access: 'read'`; give them a default and a trigger when that
   * matters. Default: none.
   */
  readonly readOnly?: readonly ColumnLike[];
  /**
   * What a row is whose tenant is null; a table with a nullable tenant column has to say it. `hidden`:
   * nobody's yet. Tenants neither see nor write it, and the system role gives it its tenant, once, when
   * old rows are filled in. `shared`: everybody's. Every tenant reads it, and only the system role writes
   * it: roles, templates and other rows that come with the product. The primary key cannot hold a
   * nullable column: declare one without the tenant. Default: none; the column is not null.
   */
  readonly withoutTenant?: WithoutTenant;
}

/** Key and index of a table with a tenant column; its policies are recorded for the generator. */
export function isolate(tenancy: Tenancy, t: ColumnsLike, options: IsolateOptions): Fragment[] {
  checkIsolation(t, options);
  const tenantColumn = options.tenant ?? t[tenancy.property];
  if (tenantColumn === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `isolate(t) on a table without the property ${tenancy.property}.`,
      fix: 'Spread ...tenancy.columns.scoped() into its columns; name its own column, isolate(t, { tenant: t.… }); or use isolateThrough(t, …).',
    });
  }
  const table = tableOf(tenantColumn);
  const name = nameOf(table);
  const ownKey = options.key === false || Object.values(t).some(isOwnKey);
  const key = ownKey ? [] : keyOf(name, t, options.key);
  const { access = 'all', systemAccess = 'all', readOnly = [], withoutTenant } = options;
  if (withoutTenant !== undefined && key.length > 0) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `isolate(t, { withoutTenant: '${withoutTenant}' }) on table ${name}, whose primary key holds the tenant.`,
      fix: 'Give the table a primary key without the tenant: id: tenancy.columns.id().primaryKey().',
    });
  }
  const dialect = dialectOf(tenancy);
  const ofTenant = dialect.ofCurrentTenant(tenancy, tenantColumn);
  const terms = mapTerms(options, (term) => dialect.term(tenantColumn, term));
  setNote(table, {
    kind: 'scoped',
    dialect: tenancy.dialect,
    schema: tenancy.schema,
    tenantColumn,
    idColumn: t.id,
    key,
    readOnly,
    access,
    systemAccess,
    withoutTenant,
    read: terms.read,
    policies:
      withoutTenant === 'shared'
        ? dialect.commonPolicies(tenancy, name, ofTenant, tenantColumn, terms)
        : dialect.isolationPolicies(tenancy, name, ofTenant, terms),
  });
  return [
    ownKey
      ? tenantIndex(name, tenantColumn, [options.unique ?? t.id ?? []].flat())
      : // Named explicitly, because Drizzle's default name differs between 0.45 and 1.0.
        primaryKeyOn(objectName(name, 'pkey'), [tenantColumn, ...key]),
  ];
}

/** @throws TenantryError `CONFIG_INVALID` */
function checkIsolation(t: ColumnsLike, options: IsolateOptions): void {
  checkType(t, 'object', 't of isolate');
  checkOptions('isolate', options, {
    tenant: 'any',
    key: 'any',
    unique: 'any',
    access: 'any',
    systemAccess: 'any',
    readOnly: 'array?',
    withoutTenant: 'any',
    ...termTypes,
  });
  const { tenant = [], key, unique = [], readOnly = [], access = 'all' } = options;
  const { systemAccess = 'all', withoutTenant } = options;
  checkColumns([tenant].flat(), 'option tenant of isolate');
  checkColumns([key === false ? [] : (key ?? [])].flat(), 'option key of isolate');
  checkColumns([unique].flat(), 'option unique of isolate');
  checkColumns(readOnly, 'option readOnly of isolate');
  checkWord(access, ['all', 'append', 'read'], 'option access of isolate');
  checkWord(systemAccess, ['all', 'read'], 'option systemAccess of isolate');
  if (withoutTenant !== undefined)
    checkWord(withoutTenant, ['hidden', 'shared'], 'option withoutTenant of isolate');
  checkTerms(options, 'isolate');
}

function keyOf(table: string, t: ColumnsLike, key: IsolateOptions['key']): readonly ColumnLike[] {
  const columns = [key || t.id || []].flat();
  if (columns.length > 0) return columns;
  throw new TenantryError('CONFIG_INVALID', {
    found: `isolate(t) on table ${table}, which has no property id.`,
    fix: 'Name what follows the tenant in the primary key: isolate(t, { key: [t.userId] }); or key: false when the table declares its own.',
  });
}

/** For a table that keeps its key: the index for the policy and for composite foreign keys to it. */
function tenantIndex(
  table: string,
  tenantColumn: ColumnLike,
  columns: readonly ColumnLike[],
): Fragment {
  const names = [tenantColumn, ...columns].map((column) => column.name);
  return columns.length === 0
    ? indexOn(objectName(table, ...names, 'idx'), [tenantColumn])
    : uniqueIndexOn(objectName(table, ...names, 'key'), [tenantColumn, ...columns]);
}
