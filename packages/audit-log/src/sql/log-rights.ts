import { type Ddl, ddl, join, name, tenantRightsSql } from '@tenantry/core/sql';
import { guardTable } from './append-only.ts';
import type { LogNames } from './names.ts';

/**
 * The rights of the log: one NOLOGIN role inserts, through functions that nobody else can change. The
 * triggers refuse changes; they are ENABLE ALWAYS, so they also fire with session_replication_role =
 * replica.
 */
export function logRightsSql(names: LogNames): Ddl {
  const { tenancy, log, writer, table, captured } = names;
  const schemas = new Set([tenancy.schema, table.schema, ...captured.map(({ schema }) => schema)]);
  return ddl`
    grant usage on schema ${join([...schemas].map((schema) => name(schema)))} to ${writer};
    ${tenantRightsSql(tenancy, writer)}
    grant select, insert, update, delete on ${log} to ${writer};
    ${names.openToWriter(table)}
    ${guardTable(names, log)}
  `;
}
