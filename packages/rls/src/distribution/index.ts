import '../errors.ts';

/**
 * From tables on one server to tables that Citus distributes by tenant. The command is
 * `npx tenantry distribute`.
 *
 * @module
 */
export type { DistributionClient } from './client.ts';
export {
  type DistributeOptions,
  type DistributionPlan,
  type DistributionReport,
  type DistributionStep,
  distribute,
  planDistribution,
} from './distribute.ts';
export type { Obstacle } from './obstacles.ts';
