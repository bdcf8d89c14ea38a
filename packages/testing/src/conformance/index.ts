export { adapterConformance } from './adapter.ts';
export type {
  AdapterHarness,
  ConformanceApplication,
  ConformanceTenant,
  ConformanceWorld,
  RunningApplication,
  TestRunner,
} from './adapter-harness.ts';
