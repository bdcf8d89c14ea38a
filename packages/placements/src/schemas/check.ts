import type { FeatureCheck } from '@tenantry/rls/feature';

/** A schema of a tenant has the tables, keys, policies, triggers and rights of the shared tables. */
export const schemasAreAlike: FeatureCheck = {
  id: 'placements-schema-unlike',
  severity: 'error',
  title: 'The schemas of tenants are like the shared tables',
  find: async (context) => (await import('./compare.ts')).compareSchemas(context),
};
