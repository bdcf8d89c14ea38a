export { adapterConformance } from './adapter.ts';
export type {
  AdapterHarness,
  ConformanceApplication,
  ConformanceTenant,
  ConformanceWorld,
  RunningApplication,
  TestRunner,
} from './adapter-harness.ts';
export { poolConformance } from './pool.ts';
export type {
  ConformanceLibrary,
  ConformancePool,
  ConformanceRow,
  PoolHarness,
} from './pool-harness.ts';
export {
  type ConformanceDatabase,
  type ConformanceOrganization,
  type ConformanceWorldOptions,
  createConformanceWorld,
} from './world.ts';
