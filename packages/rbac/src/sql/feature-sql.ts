import type { IdKind } from '@tenantry/core';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import type { Definition } from '../definition/types.ts';
import { canSql, entryFacts, factsSql, foundationSql } from './can.ts';
import { ceilingSql } from './ceiling.ts';
import { changedSql } from './changed.ts';
import { checksSql, lastOwnerSql } from './checks.ts';
import { effectiveSql } from './effective.ts';
import { explainSql, previewSql } from './explain.ts';
import { helpersSql } from './guard.ts';
import { departuresSql, invitationsSql } from './invitations.ts';
import { membersSql } from './members.ts';
import { referencesSql } from './references.ts';
import { resourcesSql } from './resources.ts';
import { rolesSql } from './roles.ts';
import { staleSql } from './stale.ts';
import { stateSql } from './state.ts';
import { seedSql, syncSql } from './sync.ts';
import { namesOf } from './tables.ts';
import { deriveSql } from './triggers.ts';
import { upkeepSql } from './upkeep.ts';

/** All SQL of the package, in creation order. */
export function featureSql(
  input: FeatureInput,
  definition: Definition,
  userId: IdKind,
): FeatureSql {
  const names = namesOf(input, definition.owner, userId);
  const { invitations } = names;
  return {
    foundation: [foundationSql(input.tenancy)],
    sections: [
      { id: 'references', sql: referencesSql(names) },
      {
        id: 'state',
        sql: [stateSql(names), effectiveSql(names), changedSql(names), staleSql(names)],
      },
      { id: 'checks', sql: [factsSql(names), canSql(names), helpersSql(names)] },
      {
        id: 'invariants',
        sql: [
          departuresSql(names),
          deriveSql(names),
          checksSql(names),
          ceilingSql(names),
          lastOwnerSql(names),
          resourcesSql(names),
        ],
      },
      { id: 'members', sql: [membersSql(names), rolesSql(names)] },
      ...(invitations === undefined
        ? []
        : [
            {
              id: 'invitations',
              sql: [invitationsSql(names, invitations), upkeepSql(names, invitations)],
            },
          ]),
      { id: 'explain', sql: [explainSql(names), previewSql(names)] },
      { id: 'definition', sql: [syncSql(names), seedSql(definition)] },
    ],
    entryFacts,
  };
}
