import type { Tenancy } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  functionsSql,
  join,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import { type FeatureInput, type FeatureTable, marksOf } from '@tenantry/rls/feature';

/** What `audited(t, …)` of @tenantry/audit-log says, which this package does not depend on. */
interface Captured {
  readonly resource: string | undefined;
  readonly id: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly mask: readonly string[];
  readonly personal: readonly string[];
}

/** A table whose changes the audit log has, with the names of the database. */
export interface CapturedTable {
  readonly schema: string;
  readonly name: string;
  /** The resource type of its entries. */
  readonly resource: string;
  /** The columns of which the resource id is made. */
  readonly id: readonly string[];
  /** The columns whose values are recorded. */
  readonly values: readonly string[];
  /** Those of which only the presence is recorded. */
  readonly masked: readonly string[];
  /** Those of `values` that can be erased from the log. */
  readonly personal: readonly string[];
}

/** What the audit log has of the tables of the schema module. */
export interface CapturedTables {
  /** The table of the log and its columns by property; null without a log. */
  readonly log: {
    readonly schema: string;
    readonly name: string;
    readonly columns: Readonly<Record<string, string>>;
  } | null;
  readonly tables: readonly CapturedTable[];
  /** Tables of the packages: roles, plans, subscriptions, the log. */
  readonly ofPackages: readonly { readonly schema: string; readonly name: string }[];
}

const logMark = 'audit-log:log';
const logProperties = [
  'id',
  'createdAt',
  'source',
  'action',
  'resourceType',
  'resourceId',
  'metadata',
  'personal',
  'transactionId',
  'erased',
];

/** Marks that a package gives to a table of the user. */
const ofTheUser = new Set([
  'audit-log:captured',
  'placements:masked',
  'plan-limits:counts',
  'plan-limits:plan-state',
  'rbac:resource',
  'rbac:tenants',
  'rbac:users',
  'stripe-billing:members',
]);

const capturedOf = (input: FeatureInput): CapturedTables => {
  const log = input.marked(logMark);
  return {
    log:
      log === undefined
        ? null
        : {
            schema: log.schema,
            name: log.name,
            columns: {
              tenant: log.property(input.tenancy.property),
              ...Object.fromEntries(logProperties.map((each) => [each, log.property(each)])),
            },
          },
    tables: input
      .allMarked('audit-log:captured')
      .map((table) => capturedTable(table, table.value as Captured)),
    ofPackages: input.tables
      .filter(({ table }) => marksOf(table).some((mark) => !ofTheUser.has(mark)))
      .map(({ schema, name: called }) => ({ schema, name: called })),
  };
};

function capturedTable(table: FeatureTable, said: Captured): CapturedTable {
  const named = (properties: readonly string[]) => properties.map((each) => table.property(each));
  const [exclude, masked, personal] = [said.exclude, said.mask, said.personal].map(named) as [
    string[],
    string[],
    string[],
  ];
  return {
    schema: table.schema,
    name: table.name,
    resource: said.resource ?? table.name,
    id: named(said.id ?? ['id']),
    values: table.columns
      .filter(({ name: column }) => column !== table.tenantColumn)
      .filter(({ name: column }) => !exclude.includes(column) && !masked.includes(column))
      .filter(({ name: column, generated }) => !generated || personal.includes(column))
      .map(({ name: column }) => column),
    masked,
    personal,
  };
}

/**
 * `tenantry.captured_tables()`: what the audit log has of each table, by the schema module. The table
 * `tenantry.captures` says since when the log has it like this.
 */
export function capturedSql(tenancy: Tenancy, input: FeatureInput): Ddl {
  const captured = capturedOf(input);
  const system = name(tenancy.roles.system);
  const rows = captured.tables.map(
    (table) =>
      ddl`(${literal(`${table.schema}.${table.name}`)}, ${literal(JSON.stringify(table))})`,
  );
  return ddl`
    create table if not exists tenantry.captures (
      table_name text primary key,
      definition text not null,
      since timestamptz not null default clock_timestamp()
    );
    comment on table tenantry.captures is 'since when the audit log has changes of a table by this definition';
    revoke all on tenantry.captures from public, ${name(tenancy.roles.app)}, ${system};
    grant select on tenantry.captures to ${system};
    delete from tenantry.captures where table_name <> all (array[${join(
      captured.tables.map((table) => literal(`${table.schema}.${table.name}`)),
    )}]::text[]);
    ${
      rows.length === 0
        ? ddl``
        : ddl`
          insert into tenantry.captures as c (table_name, definition) values ${join(rows)}
            on conflict (table_name) do update set definition = excluded.definition, since = clock_timestamp()
            where c.definition is distinct from excluded.definition;
        `
    }
    ${functionsSql([capturedTables(system, captured)])}
  `;
}

const capturedTables = (system: Ddl, captured: CapturedTables): SqlFunction =>
  sqlFunction(
    ddl`captured_tables() returns jsonb`,
    { volatility: 'stable', callers: [system] },
    ddl`
      begin
        return ${literal(JSON.stringify(captured))}::jsonb;
      end
    `,
  );
