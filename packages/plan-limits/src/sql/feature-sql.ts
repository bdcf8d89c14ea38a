import { type Ddl, ddl, functionsSql } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import { carryFunctions, carryTrigger } from './carry.ts';
import { distributeHistories } from './citus/histories.ts';
import { consumeFunctions } from './consume.ts';
import { countFeatures } from './counted.ts';
import { graceFunctions, graceTrigger } from './grace.ts';
import { heldPlanFunctions } from './held-plan.ts';
import { historyFunctions, historyTriggers } from './history.ts';
import { lapseFunctions, lapseTriggers } from './lapse.ts';
import { limitOf } from './limit-of.ts';
import { type Definition, modelOf } from './model.ts';
import { periodFunction } from './periods.ts';
import { setPlanFunctions, startTrialFunctions } from './plan-change.ts';
import { tenantReferences } from './references.ts';
import { refuseFunction } from './refuse.ts';
import { reportFunctions } from './report.ts';
import { reservationFunctions } from './reservations.ts';
import { seedFunctions, seedSql } from './seed.ts';
import { triggersSql } from './triggers.ts';
import { trySql } from './try.ts';
import { upkeepFunctions } from './upkeep.ts';

/** The sections of a definition, in the order in which they run. */
export function featureSql(definition: Definition, input: FeatureInput): FeatureSql {
  const model = modelOf(definition, input);
  const hasCounter = model.names.some((each) => model.feature(each).kind === 'counter');
  const isCounterBacked = countFeatures(model, 'counter').length > 0;
  const section = (id: string, ...sql: readonly Ddl[]) => ({ id, sql });
  const references = tenantReferences(model);
  return {
    sections: [
      ...(references.length === 0 ? [] : [section('references', ...references)]),
      section(
        'history',
        ...distributeHistories(model, input),
        functionsSql(historyFunctions(model)),
        ...historyTriggers(model),
      ),
      section('plans', functionsSql(seedFunctions(model)), seedSql(model)),
      section(
        'limits',
        functionsSql([limitOf(model), periodFunction(model), refuseFunction(model)]),
      ),
      ...(hasCounter
        ? [
            section(
              'usage',
              functionsSql([...reservationFunctions(model), ...consumeFunctions(model)]),
            ),
          ]
        : []),
      section(
        'counts',
        ...triggersSql(model),
        // the rows that were there before the triggers
        ...(isCounterBacked ? [ddl`select tenantry.limit_recount(null);`] : []),
      ),
      section('report', functionsSql(reportFunctions(model))),
      section(
        'changes',
        functionsSql([
          ...graceFunctions(model),
          ...lapseFunctions(model),
          ...carryFunctions(model),
          ...setPlanFunctions(model),
          ...startTrialFunctions(model),
          ...heldPlanFunctions(model),
          ...upkeepFunctions(model),
        ]),
        graceTrigger(model),
        ...lapseTriggers(model, input),
        carryTrigger(model),
      ),
      // on Citus a migration cannot act as the system role too
      ...(model.home === undefined ? [section('tried', trySql(model))] : []),
    ],
  };
}
