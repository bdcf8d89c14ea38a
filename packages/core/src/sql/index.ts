export { checkPool } from '../adapter/check-pool.ts';
export { splitTokens } from '../lexer/tokens.ts';
export { databasesOf } from '../placement/databases-of.ts';
export { fenceClass } from '../placement/fence-class.ts';
export { checkTenancy } from '../tenancy/check-tenancy.ts';
export { isRoleName } from '../tenancy/role-name.ts';
export { tenantKey } from '../tenancy/tenant-key.ts';
export { requiredTenant, tenantOption } from '../tenancy/tenant-option.ts';
export { actorOfTransaction } from './actor.ts';
export { callFunction, functionCall } from './call.ts';
export { checkedMethods } from './checked-methods.ts';
export type { FoundationOptions } from './citus-context.ts';
export type { PreviousTenancy } from './context.ts';
export { type Ddl, ddl, join, literal, name, sqlLiteral } from './ddl.ts';
export type { ClaimTable, Directory, EntryFacts } from './directory.ts';
export { entrySql } from './entry.ts';
export { foundationSql } from './foundation.ts';
export {
  callOf,
  type FunctionMarks,
  functionRightsSql,
  functionSql,
  functionsSql,
  type SqlFunction,
  sqlFunction,
} from './function.ts';
export { idKindOf, idOrNull } from './ids.ts';
export { inSchema } from './in-schema.ts';
export { isoTime } from './iso-time.ts';
export {
  type DrizzleQueryable,
  type KyselyQueryable,
  type PgQueryable,
  type Queryable,
  runStatement,
} from './queryable.ts';
export { type RoleDuty, roleSql, withoutBypassSql } from './roles.ts';
export { joinStatements, type SqlStatement, statement } from './statement.ts';
export { isoDate, isStorableText, storableText, type TextRange } from './storable.ts';
export { idType, tenantOfTransaction, tenantRightsSql } from './tenant.ts';
export { settingOf } from './tenant-names.ts';
export { defaultSchema, textInSchema } from './text-in-schema.ts';
export { type TextPiece, textPieces } from './text-pieces.ts';
