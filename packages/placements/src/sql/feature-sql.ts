import { functionsSql } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import { placeMigrationsSql } from '../migrate/sql.ts';
import { catalogueSql } from './catalogue.ts';
import { placeTenant } from './place-tenant.ts';
import { placesFunctions } from './places.ts';
import { placingFunctions } from './placing.ts';

/** The catalogue, and the functions that change it. */
export const featureSql = ({ tenancy, tables }: FeatureInput): FeatureSql => ({
  sections: [
    { id: 'catalogue', sql: [catalogueSql(tenancy)] },
    {
      id: 'places',
      sql: [
        functionsSql([
          ...placesFunctions(tenancy),
          ...placingFunctions(tenancy),
          placeTenant(tenancy, tables),
        ]),
      ],
    },
    { id: 'place-migrations', sql: [placeMigrationsSql(tenancy)] },
  ],
});
