import type { Rule } from 'eslint';
import { knownPermission } from './known-permission.ts';
import { noFloatingQueries } from './no-floating-queries.ts';
import { noRawPool } from './no-raw-pool.ts';
import { noRedirectInTransaction } from './no-redirect-in-transaction.ts';
import { noSqlRaw } from './no-sql-raw.ts';
import { requireBind } from './require-bind.ts';
import { requireIsolate } from './require-isolate.ts';
import { requireTenantKey } from './require-tenant-key.ts';

/** Every rule, by its name. */
export const allRules: Readonly<Record<string, Rule.RuleModule>> = {
  'known-permission': knownPermission,
  'no-floating-queries': noFloatingQueries,
  'no-raw-pool': noRawPool,
  'no-redirect-in-transaction': noRedirectInTransaction,
  'no-sql-raw': noSqlRaw,
  'require-bind': requireBind,
  'require-isolate': requireIsolate,
  'require-tenant-key': requireTenantKey,
};
