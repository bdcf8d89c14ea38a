/**
 * Lets `tenancy.columns` make columns of Drizzle: `import '@tenantry/core/drizzle'`. `@tenantry/rls` does
 * it already. Nothing else of this package imports Drizzle.
 *
 * @module
 */
import { columnFragments } from './tenancy/columns.ts';
import { setColumnMaker } from './tenancy/drizzle-columns.ts';

setColumnMaker(columnFragments);

export type { IdColumn, TenancyColumns } from './tenancy/columns.ts';
