/**
 * The steps of a table, in order:
 * - `column`: the tenant column, nullable, and the trigger that fills it in new rows;
 * - `fill`: the rows that are there, in batches;
 * - `prove`: no row is left without a tenant;
 * - `keys`: the indexes that begin with the tenant, CONCURRENTLY;
 * - `references`: foreign keys that carry the tenant, NOT VALID and then VALIDATE;
 * - `not-null`: by a check that is validated first;
 * - `observe`: the application runs in scopes, and nothing is refused yet;
 * - `enforce`: policies, rights, FORCE.
 */
export const stepNames = [
  'column',
  'fill',
  'prove',
  'keys',
  'references',
  'not-null',
  'observe',
  'enforce',
] as const;
export type StepName = (typeof stepNames)[number];
