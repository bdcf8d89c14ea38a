import type { FeatureCommand } from '@tenantry/rls/feature';
import { releaseLocks } from './upkeep.ts';

// TODO at the merge: defineCommand({ summary, needs, options, run }) of the new command kit gives it a pool
/** The commands of `tenantry`, by their words. */
export const commands: Readonly<Record<string, FeatureCommand>> = {
  'notes locks': {
    summary: 'how long a lock may be over before it is given up',
    options: {},
    async run(_argv, { stdout }) {
      stdout.write(`${releaseLocks.name}: every ${releaseLocks.everyMs / 1000} s\n`);
      return 0;
    },
  },
};
