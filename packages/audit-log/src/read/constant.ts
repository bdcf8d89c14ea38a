import { type Ddl, ddl } from '@tenantry/core/sql';

/**
 * A whole number as part of the text. A LIMIT that is a parameter is planned as a tenth of the table,
 * so PostgreSQL would never settle on one plan and plan each page anew.
 */
export const constant = (value: number): Ddl => ddl`${{ sql: String(Math.trunc(value)) }}`;
