import { functionsSql } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql, TableLike } from '@tenantry/rls/feature';
import { erasuresSql } from '../lifecycle/erase/state.ts';
import { importsSql } from '../lifecycle/import/state.ts';
import { maskedColumns } from '../lifecycle/masking/masks-sql.ts';
import { suspendFunctions } from '../lifecycle/suspend/functions.ts';
import { placeMigrationsSql } from '../migrate/sql.ts';
import { moveFunctions, movesSql } from '../move/moves-sql.ts';
import { peopleFunctions } from '../people/functions.ts';
import { capturedSql } from '../rows/captured.ts';
import { declaredTables, saidOf } from '../rows/declared.ts';
import { barredSql } from '../schemas/barred.ts';
import { schemaMigrationsSql } from '../schemas/fleet/ledger-sql.ts';
import { noSchemas } from '../schemas/on-citus.ts';
import { ownTables } from '../schemas/tables.ts';
import { catalogueSql } from './catalogue.ts';
import { placeTenant } from './place-tenant.ts';
import { placesFunctions } from './places.ts';
import { placingFunctions } from './placing.ts';

/** The catalogue, and the functions that change it. */
export function featureSql(input: FeatureInput, schemaTables: readonly TableLike[]): FeatureSql {
  const { tenancy, tables } = input;
  if (tenancy.dialect === 'citus' && schemaTables.length > 0) throw noSchemas('schemaTables');
  const said = saidOf(input);
  const own = ownTables(input, schemaTables);
  return {
    sections: [
      { id: 'catalogue', sql: [catalogueSql(tenancy)] },
      {
        id: 'lifecycle',
        sql: [
          erasuresSql(tenancy),
          importsSql(tenancy),
          functionsSql(suspendFunctions(tenancy, tables)),
        ],
      },
      { id: 'moves', sql: [movesSql(tenancy), functionsSql(moveFunctions(tenancy))] },
      { id: 'people', sql: [functionsSql(peopleFunctions(tenancy, said))] },
      {
        id: 'rows',
        sql: [
          functionsSql([declaredTables(tenancy, said), maskedColumns(tenancy, input)]),
          capturedSql(tenancy, input),
        ],
      },
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
      { id: 'place-migrations', sql: [placeMigrationsSql(tenancy)] },
      { id: 'schema-migrations', sql: [schemaMigrationsSql(tenancy)] },
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
