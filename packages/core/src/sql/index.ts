export { tenantOfTransaction } from './context.ts';
export { type Ddl, ddl, join, literal, name } from './ddl.ts';
export { type Directory, entrySql } from './entry.ts';
export { foundationSql } from './foundation.ts';
