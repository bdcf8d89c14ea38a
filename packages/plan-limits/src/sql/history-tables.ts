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
