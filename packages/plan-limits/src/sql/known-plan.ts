import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { Model } from './model.ts';

/** Known plans: those of the code, and those for which an operator added a row. */
const knownPlan = (model: Model, plan: Ddl): Ddl =>
  ddl`(${plan} = any (array[${join(model.plans.map(literal))}]::text[]) or exists (select from ${model.needed('planFeatures').path} k where k.plan = ${plan}))`;

/** Refuses a plan that does not exist; null is the default plan. */
export const refusePlan = (model: Model, plan: Ddl): Ddl => ddl`
        if ${plan} is not null and not ${knownPlan(model, plan)} then
          raise exception 'PLAN_UNKNOWN: %', ${plan} using errcode = 'TN001', detail = jsonb_build_object('plan', ${plan})::text;
        end if;`;
