import type { Ddl } from '@tenantry/core/sql';
import type { Model, SqlTable } from './model.ts';

/** Changes of one tenant and those of plans have a table each; there is a history when both are there. */
export const hasHistory = (model: Model): boolean => {
  const parts = ['entitlementHistory', 'planHistory'] as const;
  const found = parts.filter((part) => model.table(part) !== undefined);
  if (found.length === 1) for (const part of parts) model.needed(part);
  return found.length === 2;
};

export const historyOf = (model: Model, ofTenant: boolean): SqlTable =>
  model.needed(ofTenant ? 'entitlementHistory' : 'planHistory');

/** The latest change first. On Citus each node numbers rows by itself, and a tenant moves between them. */
export const latest = ({ home }: Model, row: 'h' | 'o' = 'h'): Ddl => ({
  sql: home === undefined ? `${row}.id desc` : `${row}.at desc, ${row}.id desc`,
});
