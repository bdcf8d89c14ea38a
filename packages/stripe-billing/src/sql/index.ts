import { TenantryError } from '@tenantry/core';
import type { Ddl } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import { accountsSql } from './account.ts';
import { applySql, lockSql, releaseSql } from './apply.ts';
import { claimSql, customerGoneSql, linkSql, openIntentSql, setIntentSql } from './customers.ts';
import {
  failSql,
  failuresSql,
  leaseSql,
  linkedSql,
  ticketSql,
  ticketsSql,
  wantSql,
} from './lease.ts';
import { cursorSql, deadSql, overdueSql, pruneSql, replaySql, storedSql } from './operate.ts';
import { catalogSql, parkSql, retireSql, routeSql, settleSql, takeSql } from './queue.ts';
import { receiveSql } from './receive.ts';
import { seatsSql } from './seats.ts';
import { readNames } from './tables.ts';

/** The functions of billing, for the tables of a schema. */
export function billingSql(input: FeatureInput, countsSeats: boolean): FeatureSql {
  const n = readNames(input);
  if (countsSeats && n.members === undefined)
    throw new TenantryError('CONFIG_INVALID', {
      found: 'seats in defineBilling, and no table whose rows they are.',
      fix: 'Spread ...rules.members(t) of defineBillingTables(tenancy) into the table of memberships.',
    });
  const sections: { id: string; sql: readonly Ddl[] }[] = [
    { id: 'tickets', sql: [...accountsSql(n), ticketsSql(n), ticketSql(n), ...cursorSql(n)] },
    { id: 'intake', sql: [receiveSql(n)] },
    {
      id: 'sync',
      sql: [
        failuresSql(n),
        leaseSql(n),
        failSql(n),
        releaseSql(n),
        wantSql(n),
        linkedSql(n),
        lockSql(n),
        applySql(n),
      ],
    },
    {
      id: 'queue',
      sql: [takeSql(n), settleSql(n), parkSql(n), routeSql(n), retireSql(n), ...catalogSql(n)],
    },
    {
      id: 'checkout',
      sql: [claimSql(n), customerGoneSql(n), linkSql(n), openIntentSql(n), setIntentSql(n)],
    },
    { id: 'operate', sql: [deadSql(n), replaySql(n), storedSql(n), pruneSql(n), overdueSql(n)] },
  ];
  const seats = seatsSql(n);
  return { sections: seats.length === 0 ? sections : [...sections, { id: 'seats', sql: seats }] };
}
