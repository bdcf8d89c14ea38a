import { type Ddl, ddl, join, name, tenantRightsSql } from '@tenantry/core/sql';
import { guardTable } from './append-only.ts';
import type { LogNames } from './names.ts';

/**
 * Who adds to the log: one role, whose functions nobody else can write, and which nobody logs in as.
 * The triggers refuse to change it; they are ALWAYS on, so they hold under session_replication_role =
 * replica too.
 */
export function logRightsSql({ tenancy, log, writer, table, captured }: LogNames): Ddl {
  const schemas = new Set([tenancy.schema, table.schema, ...captured.map(({ schema }) => schema)]);
  return ddl`
    grant usage on schema ${join([...schemas].map((schema) => name(schema)))} to ${writer};
    ${tenantRightsSql(tenancy, writer)}
    grant select, insert, update, delete on ${log} to ${writer};
    ${guardTable(log)}
  `;
}
