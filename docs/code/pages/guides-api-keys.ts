import { counted, defineLimits } from '@tenantry/plan-limits';
import { rbac } from '../features.ts';
import { tenancy } from '../tenancy.ts';

export declare const id: string;
export const { tables } = rbac;
export const plans = defineLimits(tenancy, {
  features: { apiKeys: counted() },
  plans: { free: { apiKeys: 2 } },
  defaultPlan: 'free',
});
