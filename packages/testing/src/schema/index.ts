/**
 * For tests of an application: its Drizzle schema, or its tables, in a test database, with everything that
 * `tenantry generate` writes, and the two logins that it runs as.
 *
 * @module
 */
export { type Application, applySchema, runAll, tablesSql, withClient } from './apply.ts';
export { applyTables, type TablesApplication } from './apply-tables.ts';
export { createLogins, type Logins } from './logins.ts';
