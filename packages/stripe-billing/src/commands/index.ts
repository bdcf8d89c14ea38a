import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { accountCommand } from './account.ts';
import { deadCommand } from './dead.ts';
import { doctorCommand } from './doctor.ts';
import { reconcileCommand } from './reconcile.ts';
import { replayCommand } from './replay.ts';

/** The commands of billing, by the words after `tenantry`. */
export const billingCommands = (defined: Defined): Readonly<Record<string, FeatureCommand>> => ({
  'billing account': accountCommand(defined),
  'billing reconcile': reconcileCommand(defined),
  'billing replay': replayCommand(defined),
  'billing dead': deadCommand(defined),
  'billing doctor': doctorCommand(defined),
});
