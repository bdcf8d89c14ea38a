import { functionsSql } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql, TableLike } from '@tenantry/rls/feature';
import { barredSql } from '../schemas/barred.ts';
import { ownTables } from '../schemas/tables.ts';
import { catalogueSql } from './catalogue.ts';
import { placeTenant } from './place-tenant.ts';
import { placesFunctions } from './places.ts';
import { placingFunctions } from './placing.ts';

/** The catalogue, and the functions that change it. */
export function featureSql(input: FeatureInput, schemaTables: readonly TableLike[]): FeatureSql {
  const { tenancy, tables } = input;
  const own = ownTables(input, schemaTables);
  return {
    sections: [
      { id: 'catalogue', sql: [catalogueSql(tenancy)] },
      {
        id: 'places',
        sql: [
          functionsSql([
            ...placesFunctions(tenancy),
            ...placingFunctions(tenancy),
            placeTenant(tenancy, tables, own),
          ]),
        ],
      },
      {
        id: 'schemas',
        sql: [
          barredSql(
            tenancy,
            own.map(({ name }) => name),
          ),
        ],
      },
    ],
  };
}
