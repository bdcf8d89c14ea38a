import type { Step } from '../stage.ts';
import { enteringSteps } from './entering.ts';
import { keepingSteps } from './keeping.ts';
import { payingSteps } from './paying.ts';
import { reachingSteps } from './reaching.ts';

/** What the demo claims, in its order. */
export const steps: readonly Step[] = [
  ...reachingSteps,
  ...enteringSteps,
  ...keepingSteps,
  ...payingSteps,
];
