import { check } from '@tenantry/core/errors';
import { functionsSql } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import { account, accountsSql } from './account.ts';
import { apply, lock, release } from './apply.ts';
import { claimsSql, takeOverClaims } from './citus/claims.ts';
import { claim, customerGone, link, openIntent, setIntent } from './customers.ts';
import { describe } from './describe.ts';
import { fencingToken, fencingTokensSql } from './fencing-tokens.ts';
import { fail, failures, lease, linked, want } from './lease.ts';
import { cursor, cursorsSql, dead, replay, stored } from './operate.ts';
import { refuseAccount } from './pinned-account.ts';
import { park, putPrice, putProduct, retire, route, settle, take } from './queue.ts';
import { receive } from './receive.ts';
import { overdue, prune } from './retention.ts';
import { seatsSql } from './seats.ts';
import { type Names, readNames } from './tables.ts';

/** The functions that are written together, by what they are for. */
const groups = {
  intake: [receive],
  sync: [failures, lease, fail, release, want, linked, lock, apply],
  queue: [take, settle, park, route, retire, putProduct, putPrice],
  checkout: [claim, customerGone, link, openIntent, setIntent],
  operate: [dead, replay, stored, prune, overdue, describe],
};

/** The functions of billing, for the tables of a schema. */
export function billingSql(input: FeatureInput, countsSeats: boolean): FeatureSql {
  const n = readNames(input);
  check(
    !countsSeats || n.members !== undefined,
    'seats in defineBilling, and no table whose rows they are',
    'Spread ...billing.tables.members.rules(t) into the table of memberships.',
  );
  const functions = (made: typeof groups.sync) => functionsSql(made.map((each) => each(n)));
  return {
    sections: [
      {
        id: 'accounts',
        sql: [...ownTablesSql(n), functions([refuseAccount, account, fencingToken, cursor])],
      },
      ...Object.entries(groups).map(([id, made]) => ({ id, sql: [functions(made)] })),
      ...(n.members === undefined ? [] : [{ id: 'seats', sql: [seatsSql(n, n.members)] }]),
    ],
  };
}

/** What the functions keep for themselves, in schema `tenantry`. */
const ownTablesSql = (n: Names) => [
  accountsSql(n),
  fencingTokensSql(n),
  cursorsSql(n),
  ...(n.onCitus ? [claimsSql(n), takeOverClaims(n)] : []),
];
