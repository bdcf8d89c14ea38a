import './errors.ts';
import type { Tenancy } from '@tenantry/core';
import { checkTenancy } from '@tenantry/core/sql';
import type { ColumnLike, ColumnsLike, Fragment } from './fragments/drizzle.ts';
import { type IsolateOptions, isolate } from './fragments/isolate.ts';
import type { SearchKind } from './fragments/notes.ts';
import { type NumberedOptions, numbered } from './fragments/numbered.ts';
import { type ReferenceOptions, reference } from './fragments/reference.ts';
import { type Searchable, type SearchOptions, searchable } from './fragments/searchable.ts';
import { shared, systemOnly } from './fragments/shared.ts';
import { type TenantsOptions, tenants } from './fragments/tenants.ts';
import {
  isolateThrough,
  type ThroughOptions,
  type VisibleOptions,
  visibleThrough,
} from './fragments/through.ts';

/** Requires the tenant property, with a readable type error. */
type Scoped<T, P extends string> = T &
  (P extends keyof T
    ? unknown
    : `This table has no ${P}: spread ...tenancy.columns.scoped() into it`);

/** Options that name the tenant column, so the table need not have the property of the tenancy. */
type NamesTenant = { readonly tenant: ColumnLike };

/** The isolation fragments; each spreads into the third argument of `pgTable`. */
export interface Isolation<P extends string> {
  /**
   * A table with a tenant column: primary key (tenant, id), a tenant-leading index, the policies.
   *
   * Emits
   * ```sql
   * primary key (organization_id, id)
   * create policy projects_tenant_isolation on projects for all to app
   *   using (organization_id = (select <the tenant>)) with check (…);
   * create policy projects_tenant_floor on projects as restrictive for all to app, current_user
   *   using (organization_id = (select <the tenant>)) with check (…);
   * create policy projects_system_access on projects for all to system using (true) with check (true);
   * ```
   * A table with its own primary key keeps it and gets a unique index (tenant, id). A table whose tenant
   * column has another property names it: `isolate(t, { tenant: t.orgId })`.
   * @throws TenantryError `CONFIG_INVALID` when there is neither an id nor `options.key`.
   * @example
   * ```ts
   * export const projects = pgTable('projects', {
   *   ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull(),
   * }, (t) => [...isolate(t)]);
   * ```
   */
  isolate(t: ColumnsLike, options: IsolateOptions & NamesTenant): Fragment[];
  isolate<T extends ColumnsLike>(t: Scoped<T, P>, options?: IsolateOptions): Fragment[];
  /**
   * The table of tenants: a tenant sees and changes its own row, except for the columns in `readOnly`,
   * such as its plan.
   *
   * @example
   * ```ts
   * export const organizations = pgTable('organizations', {
   *   id: tenancy.columns.id().primaryKey(), name: text().notNull(),
   * }, (t) => [...tenants(t)]);
   * ```
   */
  tenants(t: ColumnsLike & { readonly id: ColumnLike }, options?: TenantsOptions): Fragment[];
  /**
   * A foreign key that cannot cross tenants, and its index. `tenantry generate` writes the key.
   *
   * Emits
   * ```sql
   * foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
   * create index tasks_project_id_idx on tasks (organization_id, project_id);
   * ```
   * `set null` clears the column and never the tenant: `on delete set null (project_id)`. A key to the
   * table of tenants, or to a table without a tenant, has one column.
   * @throws TenantryError `CONFIG_INVALID` when the referenced property does not exist.
   * @example
   * ```ts
   * (t) => [...isolate(t), ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' })]
   * ```
   */
  reference(t: ColumnsLike, options: ReferenceOptions & NamesTenant): Fragment[];
  reference<T extends ColumnsLike>(t: Scoped<T, P>, options: ReferenceOptions): Fragment[];
  /**
   * Makes columns searchable by an index, which PostgreSQL does not use for such operators under
   * row-level security: `substring` (ILIKE, extension pg_trgm), `{ fullText: 'english' }`, `contains`
   * (jsonb), `equals` (citext). Find the rows with `matches(column, query)`. `tenantry generate` writes
   * the index and the function.
   *
   * Emits
   * ```sql
   * create index documents_body_search_… on documents using gin (to_tsvector('pg_catalog.english', body));
   * create function tenantry.search_documents_body_…(text, integer) returns tid[]
   *   … security definer …;  -- where organization_id = <the tenant> and …
   * ```
   * @throws TenantryError `CONFIG_INVALID` when the type of a column does not fit its kind.
   * @example
   * ```ts
   * (t) => [...isolate(t), ...searchable(t, { title: 'substring', body: { fullText: 'english' } })]
   * ```
   */
  searchable<T extends ColumnsLike>(
    t: T,
    columns: Searchable<T>,
    options: SearchOptions & NamesTenant,
  ): Fragment[];
  searchable<T extends ColumnsLike>(
    t: Scoped<T, P>,
    columns: Searchable<T>,
    options?: SearchOptions,
  ): Fragment[];
  /**
   * Numbers the rows of each tenant: 2026-0001, 2026-0002; or 1, 2, 3 in an integer column. A number is
   * given to each row that is inserted, by whatever SQL, in the order of the rows and without a gap, and
   * never twice. Nobody sets or changes it; only the system role imports rows with numbers. Transactions
   * that insert into the same series wait for each other.
   *
   * Emits
   * ```sql
   * create unique index … on invoices (organization_id, number);
   * create trigger zz_tenantry_number_number before insert on invoices
   *   for each row execute function tenantry.number_public_invoices__number();
   * ```
   * and, for the rows that are there already, an UPDATE that numbers them in the order of `options.order`.
   * @throws TenantryError `CONFIG_INVALID` for a pattern or a time zone that is not one; from
   *   `tenantry generate` for columns of the wrong type
   * @example
   * ```ts
   * export const invoices = pgTable('invoices', {
   *   ...tenancy.columns.scoped(), id: tenancy.columns.id(), ...numberColumns(),
   * }, (t) => [...isolate(t), ...numbered(t, { pattern: '{year}-{0000}', timeZone: 'Europe/Zurich' })]);
   * ```
   */
  numbered(t: ColumnsLike, options?: NumberedOptions): Fragment[];
  /**
   * A child table that cannot have a tenant column: its policies read the parent. Counting a tenant's
   * rows then reads the whole table, so prefer a tenant column and `reference`.
   *
   * Emits `using (exists (select from projects where organization_id = (select
   * <the tenant>) and projects.id = notes.project_id))`. On Citus `tenantry generate` refuses it.
   */
  isolateThrough(t: ColumnsLike, options: ThroughOptions): Fragment[];
  /**
   * A table whose rows belong to no tenant, such as users: a tenant reads the rows that a link table
   * assigns to it, and writes none. On Citus their ids are read before each statement, and sent along.
   *
   * @example
   * ```ts
   * (t) => [...visibleThrough(t, { link: () => memberships, property: 'userId' })]
   * ```
   */
  visibleThrough(t: ColumnsLike & { readonly id: ColumnLike }, options: VisibleOptions): Fragment[];
  /** A table that every tenant reads and only the system role writes: plans, countries. */
  shared(t: ColumnsLike): Fragment[];
  /** A table that only the system role reaches: queues, webhook events. */
  systemOnly(t: ColumnsLike): Fragment[];
}

/**
 * Makes the isolation fragments of a tenancy.
 *
 * @example
 * ```ts
 * export const { isolate, tenants, reference } = defineIsolation(tenancy);
 * ```
 * @throws TenantryError `CONFIG_INVALID`
 */
export function defineIsolation<T extends Tenancy>(tenancy: T): Isolation<T['property']> {
  checkTenancy(tenancy, 'defineIsolation');
  return Object.freeze({
    isolate: (t: ColumnsLike, options: IsolateOptions = {}) => isolate(tenancy, t, options),
    tenants: (t: ColumnsLike, options: TenantsOptions = {}) => tenants(tenancy, t, options),
    reference: (t: ColumnsLike, options: ReferenceOptions) => reference(tenancy, t, options),
    searchable: (
      t: ColumnsLike,
      columns: Readonly<Record<string, SearchKind>>,
      options: SearchOptions = {},
    ) => searchable(tenancy, t, columns, options),
    numbered: (t: ColumnsLike, options: NumberedOptions = {}) => numbered(t, options),
    isolateThrough: (t: ColumnsLike, options: ThroughOptions) =>
      isolateThrough(tenancy, t, options),
    visibleThrough: (t: ColumnsLike, options: VisibleOptions) =>
      visibleThrough(tenancy, t, options),
    shared: (t: ColumnsLike) => shared(tenancy, t),
    systemOnly: (t: ColumnsLike) => systemOnly(tenancy, t),
  }) as Isolation<T['property']>;
}
