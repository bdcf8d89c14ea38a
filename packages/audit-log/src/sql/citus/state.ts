import { TenantryError } from '@tenantry/core';
import { functionsSql, roleSql } from '@tenantry/core/sql';
import { distributeOwn, type FeatureInput, type FeatureSql } from '@tenantry/rls/feature';
import { appendOnlyFunctions } from '../append-only.ts';
import { captureFailuresTable } from '../capture-failures.ts';
import type { LogNames, LogOptions } from '../names.ts';
import { permitsOf } from '../permits.ts';
import { stateSql } from '../state.ts';
import { emptyConversionSql } from './conversion.ts';
import { epochTables, firstEpoch } from './epoch.ts';
import { inboxTable } from './inbox.ts';

/** A function and a trigger need the tables that they use on every node before them. */
export function distributedState(
  input: FeatureInput,
  names: LogNames,
  { role, linked }: LogOptions,
): FeatureSql['sections'] {
  if (linked) {
    throw new TenantryError('CONFIG_INVALID', {
      found: "evidence: 'linked' in defineAudit, on Citus.",
      fix: "Use evidence: 'sealed'.",
    });
  }
  const { tables, rights } = stateSql(names);
  const tenant = 'tenant';
  return [
    { id: 'role', sql: [roleSql(role, 'functions', names.tenancy.dialect)] },
    {
      id: 'tables',
      sql: [
        permitsOf(names).table,
        tables,
        captureFailuresTable(names),
        epochTables(names),
        inboxTable(names),
        ...distributeOwn(input, {
          ofAll: ['audit_epoch'],
          ofTenants: {
            audit_inbox: tenant,
            audit_permits: tenant,
            audit_seals: tenant,
            audit_retirements: tenant,
            audit_holds: tenant,
            audit_retention: tenant,
            audit_failures: tenant,
          },
        }),
        firstEpoch(names),
        emptyConversionSql(names),
      ],
    },
    { id: 'guards', sql: [functionsSql(appendOnlyFunctions(names)), ...rights] },
  ];
}
