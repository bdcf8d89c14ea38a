import type { Step } from '../stage.ts';
import { auditingSteps } from './auditing.ts';
import { billingSteps } from './billing.ts';
import { costSteps } from './cost.ts';
import { examiningSteps } from './examining.ts';
import { forgettingSteps } from './forgetting.ts';
import { forgingSteps } from './forging.ts';
import { invitingSteps } from './inviting.ts';
import { limitingSteps } from './limiting.ts';
import { placingSteps } from './placing.ts';
import { readingSteps } from './reading.ts';
import { writingSteps } from './writing.ts';

/** What the demo proves, in this order. */
export const steps: readonly Step[] = [
  ...readingSteps,
  ...forgingSteps,
  ...writingSteps,
  ...forgettingSteps,
  ...invitingSteps,
  ...auditingSteps,
  ...limitingSteps,
  ...billingSteps,
  ...examiningSteps,
  ...placingSteps,
  ...costSteps,
];
