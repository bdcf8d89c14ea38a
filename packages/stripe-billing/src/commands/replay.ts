import { parseArgs } from 'node:util';
import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { commonOptions, whereArgs, withBilling } from './open.ts';

/** `tenantry billing replay`: retries given-up and parked events. */
export const replayCommand = (defined: Defined): FeatureCommand => ({
  summary: 'Tries again what was given up or parked, and works until nothing is due.',
  options: {
    '--event <id>': 'only this event',
    '--customer <id>': 'only this customer',
    ...commonOptions,
  },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        event: { type: 'string' },
        customer: { type: 'string' },
        ...whereArgs,
      },
    });
    return withBilling(defined, context, values, async (runtime) => {
      const { event, customer } = values;
      const replayed = await runtime.replay({
        ...(event !== undefined && { event }),
        ...(customer !== undefined && { customer }),
      });
      const { applied, failed } = await runtime.runOnce();
      context.stdout.write(
        `${replayed.events} events and ${replayed.tenants} tenants tried again: ${applied} stored, ${failed} failed.\n`,
      );
      return failed === 0 ? 0 : 1;
    });
  },
});
