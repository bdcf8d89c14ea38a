import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Ddl, ddl, type FunctionMarks, idType, name } from '@tenantry/core/sql';
import {
  type FeatureInput,
  type FeatureTable,
  type RowSecurity,
  rowSecurity,
} from '@tenantry/rls/feature';
import { type AuditColumns, auditProperties, type TablePath } from '../tables/columns.ts';
import { capturedMark, logMark } from '../tables/marks.ts';

/** A column of the log: the tenant, or another one. */
export type LogColumn = 'tenant' | keyof AuditColumns;

/** The names used in the SQL. */
export interface LogNames {
  readonly tenancy: Tenancy;
  readonly table: FeatureTable;
  /** `"public"."audit_logs"` */
  readonly log: Ddl;
  /** Its quoted columns. */
  readonly columns: Readonly<Record<LogColumn, Ddl>>;
  /** The type of tenant ids. */
  readonly idType: Ddl;
  readonly app: Ddl;
  readonly system: Ddl;
  /** The role that writes the log. */
  readonly writer: Ddl;
  /** Row-level security of the tables here. */
  readonly rows: RowSecurity;
  /** Lets the writer past the tenant of the transaction in a table. */
  openToWriter(table: Pick<FeatureTable, 'schema' | 'name'>): Ddl;
  /** The tables with `audited(t)`. */
  readonly captured: ReturnType<FeatureInput['allMarked']>;
  readonly strict: boolean;
  /** Whether a failed capture fails the write. */
  readonly refusing: boolean;
  readonly linked: boolean;
  /** Whether the log is distributed by tenant. */
  readonly distributed: boolean;
  /**
   * Marks of a function that reads the rows of all tenants. It runs as the system role; on Citus, where no
   * policy binds the owner, and no transaction may write rows as one role and read them as another, as the
   * login that migrates.
   */
  readonly acrossTenants: FunctionMarks;
  /** The time in an UPDATE or DELETE; a distributed one takes no volatile function. */
  readonly clock: { readonly declare: Ddl; readonly now: Ddl };
}

/** The options of the log, from `defineAudit`. */
export interface LogOptions {
  readonly strict: boolean;
  readonly refusing: boolean;
  readonly linked: boolean;
  /** The role that writes the log. */
  readonly role: string;
  /** The table that the functions write at run time. */
  readonly table: TablePath;
}

/** Finds the log among the tables of the schema. @throws TenantryError `CONFIG_INVALID` */
export function logNames(input: FeatureInput, options: LogOptions): LogNames {
  const { tenancy } = input;
  const table = input.marked(logMark);
  if (table === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'an audit log without a table.',
      fix: "Export one: pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [...audit.tables.entries.rules(t)]).",
    });
  }
  const expected = options.table.join('.');
  if (`${table.schema}.${table.name}` !== expected) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `audit.tables.entries.rules(t) on table ${table.schema}.${table.name}, where defineAudit names ${expected}.`,
      fix: `Pass its name: defineAudit(tenancy, { table: ['${table.schema}', '${table.name}'], … }).`,
    });
  }
  const columns = Object.fromEntries(
    auditProperties.map((property) => [property, name(table.property(property))]),
  );
  const rows = rowSecurity(tenancy);
  const system = name(tenancy.roles.system);
  const distributed = tenancy.dialect === 'citus';
  return {
    tenancy,
    table,
    rows,
    openToWriter: (of) => rows.openTo(of, 'audit_writer', options.role),
    log: name(table.schema, table.name),
    columns: { ...columns, tenant: name(table.property(tenancy.property)) } as LogNames['columns'],
    idType: idType(tenancy),
    app: name(tenancy.roles.app),
    system,
    writer: name(options.role),
    captured: input.allMarked(capturedMark),
    strict: options.strict,
    refusing: options.refusing,
    linked: options.linked,
    distributed,
    clock: distributed
      ? { declare: ddl`clock constant timestamptz := clock_timestamp();`, now: ddl`clock` }
      : { declare: ddl``, now: ddl`clock_timestamp()` },
    acrossTenants: distributed ? { ...asMigrator, callers: [system] } : { owner: system },
  };
}

/** All columns, in the order in which entries are inserted. */
export const allColumns: readonly LogColumn[] = ['tenant', ...auditProperties];

/**
 * Marks of a function that runs as the login that migrates, whoever calls it: that login alone changes
 * seals, holds, permits and partitions.
 */
export const asMigrator = { securityDefiner: true } as const;
