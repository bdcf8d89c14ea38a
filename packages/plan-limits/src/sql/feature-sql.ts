import { type Ddl, ddl } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import { carrySql } from './carry.ts';
import { consumeSql } from './consume.ts';
import { recountSql } from './counter-backed.ts';
import { graceSql } from './grace.ts';
import { heldPlanSql } from './held-plan.ts';
import { historySql } from './history.ts';
import { lapseSql } from './lapse.ts';
import { type Definition, type Model, modelOf } from './model.ts';
import { periodSql } from './periods.ts';
import { setPlanSql } from './plan-change.ts';
import { refuseSql } from './refuse.ts';
import { reportSql } from './report.ts';
import { reservationsSql } from './reservations.ts';
import { seedSql } from './seed.ts';
import { triggersSql } from './triggers.ts';
import { trySql } from './try.ts';
import { upkeepSql } from './upkeep.ts';

/** The sections of a definition, in the order in which they run. */
export function featureSql(definition: Definition, input: FeatureInput): FeatureSql {
  const model = modelOf(definition, input);
  const has = (kind: 'count' | 'counter') =>
    model.names.some((each) => model.feature(each).kind === kind);
  const counterBacked = model.names.filter((each) => {
    const feature = model.feature(each);
    return feature.kind === 'count' && feature.mode === 'counter';
  });
  const section = (id: string, sql: readonly Ddl[]) => ({ id, sql });
  return {
    sections: [
      section('history', historySql(model)),
      section('plans', seedSql(model)),
      section('periods', [periodSql(model), refuseSql(model)]),
      ...(has('counter') ? [section('usage', [reservationsSql(model), consumeSql(model)])] : []),
      section('counts', countsOf(model, counterBacked)),
      section('report', [reportSql(model)]),
      section('changes', [
        ...graceSql(model),
        ...lapseSql(model),
        ...carrySql(model),
        setPlanSql(model),
        heldPlanSql(model),
        upkeepSql(model),
      ]),
      section('tried', [trySql(model)]),
    ],
  };
}

function countsOf(model: Model, counterBacked: readonly string[]): Ddl[] {
  return [
    ...(counterBacked.length === 0 ? [] : [recountSql(model, counterBacked)]),
    ...triggersSql(model),
    // rows from before the triggers
    ...(counterBacked.length === 0 ? [] : [ddl`select tenantry.limit_recount(null);`]),
  ];
}
