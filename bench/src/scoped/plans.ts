import type { TenantPool } from '@tenantry/core';
import type { Result } from '../lib/result.ts';
import { emptyResult } from '../lib/result.ts';
import { readSample } from './operations.ts';
import { tenancy } from './schema.ts';
import { scoped } from './variants/sql.ts';

/** What of a plan matters for isolation at no cost. */
export interface PlanShape {
  readonly statement: string;
  /** The tenant is looked up once a statement, not once a row. */
  readonly initPlan: boolean;
  /** An index is searched by the tenant. */
  readonly tenantIndex: boolean;
}

/** The plans of the scoped statements, as the app role gets them through the pool. */
export async function planShapes(pool: TenantPool): Promise<PlanShape[]> {
  const { tenant, id } = readSample(0);
  const statements = {
    point: scoped.point.replace('$1', `'${id}'`),
    list: scoped.list,
    count: scoped.count,
    update: scoped.update.replace('$1', `'${id}'`).replace('$2', '1'),
  };
  const shapes: PlanShape[] = [];
  for (const [statement, text] of Object.entries(statements)) {
    const explained = await tenancy.run(tenant, () =>
      pool.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${text}`),
    );
    const plan = JSON.stringify(explained.rows[0]?.['QUERY PLAN']);
    shapes.push({
      statement,
      initPlan: plan.includes('"Parent Relationship":"InitPlan"'),
      tenantIndex: /"Index Cond":"[^"]*organization_id = /.test(plan),
    });
  }
  return shapes;
}

/** The shapes as results: `initPlan` and `tenantIndex` of each statement. */
export const planResults = (shapes: readonly PlanShape[]): Result[] =>
  shapes.map(({ statement, initPlan, tenantIndex }) => ({
    ...emptyResult({ bench: 'scoped', variant: 'tenantry', base: 'hand-written', op: 'plan' }),
    statement,
    initPlan,
    tenantIndex,
  }));
