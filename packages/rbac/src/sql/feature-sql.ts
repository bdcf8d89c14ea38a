import type { IdKind } from '@tenantry/core';
import { functionsSql } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import type { RbacDefinition } from '../definition/types.ts';
import { apiKeyStateSql, apiKeyTriggers } from './api-key-state.ts';
import { apiKeyFunctions } from './api-keys.ts';
import { canFunctions, entryFacts, foundationSql } from './can.ts';
import { ceilingFunctions, ceilingTriggers } from './ceiling.ts';
import { changedFunctions } from './changed.ts';
import { checkFunctions, checkTriggers } from './checks.ts';
import { atTenants } from './citus-state.ts';
import { deriveFunctions, deriveTriggers } from './derive.ts';
import { describeFunction } from './describe.ts';
import { effectiveFunction } from './effective.ts';
import { explainFunctions } from './explain.ts';
import { factsFunctions } from './facts.ts';
import { helperFunctions } from './guard.ts';
import { departuresFunction, invitationFunctions } from './invitations.ts';
import { memberFunctions } from './members.ts';
import { ownerFunctions, ownerTriggers } from './owners.ts';
import { previewFunctions } from './preview.ts';
import { referencesSql } from './references.ts';
import { requireFunctions } from './require.ts';
import { resourceFunctions, resourceTriggers } from './resources.ts';
import { roleFunctions } from './roles.ts';
import { staleFunctions } from './stale.ts';
import { stateSql } from './state.ts';
import { seedSql, syncFunctions } from './sync.ts';
import { namesOf } from './tables.ts';
import { upkeepFunctions } from './upkeep.ts';

/** All SQL of the package, in creation order. */
export function featureSql(
  input: FeatureInput,
  definition: RbacDefinition,
  userId: IdKind,
): FeatureSql {
  const names = namesOf(input, definition.owner, userId);
  const { invitations } = names;
  const state = [effectiveFunction(names), ...changedFunctions(names), ...staleFunctions(names)];
  const checks = [...factsFunctions(names), ...canFunctions(names), ...helperFunctions(names)];
  const invariants = [
    departuresFunction(names),
    ...deriveFunctions(names),
    ...checkFunctions(names),
    ...requireFunctions(names),
    ...ceilingFunctions(names),
    ...ownerFunctions(names),
    ...resourceFunctions(names),
  ];
  const triggers = [
    ...deriveTriggers(names),
    ...checkTriggers(names),
    ...ceilingTriggers(names),
    ...ownerTriggers(names),
    ...resourceTriggers(names),
  ];
  const members = [...memberFunctions(names), ...roleFunctions(names)];
  const invited =
    invitations === undefined
      ? []
      : [...invitationFunctions(names, invitations), ...upkeepFunctions(names, invitations)];
  const explain = [...explainFunctions(names), ...previewFunctions(names), describeFunction(names)];
  return {
    foundation: [foundationSql(input.tenancy)],
    sections: [
      { id: 'references', sql: referencesSql(names) },
      { id: 'state', sql: [...stateSql(names), functionsSql(state)] },
      { id: 'checks', sql: [functionsSql(checks)] },
      { id: 'invariants', sql: [functionsSql(invariants), ...triggers] },
      { id: 'members', sql: [functionsSql(members)] },
      ...(names.apiKeys === undefined
        ? []
        : [
            {
              id: 'api-keys',
              sql: [
                apiKeyStateSql(names),
                ...(names.onCitus ? atTenants(names, ['api_key_hashes']) : []),
                functionsSql(apiKeyFunctions(names, names.apiKeys)),
                ...apiKeyTriggers(names.apiKeys),
              ],
            },
          ]),
      ...(invited.length === 0 ? [] : [{ id: 'invitations', sql: [functionsSql(invited)] }]),
      { id: 'explain', sql: [functionsSql(explain)] },
      { id: 'definition', sql: [functionsSql(syncFunctions(names)), seedSql(definition)] },
    ],
    entryFacts,
  };
}
