import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { stripeOptions, withBilling } from './open.ts';

/** `tenantry billing replay`: retries given-up and parked events. */
export const replayCommand = (defined: Defined) =>
  defineCommand({
    summary: 'Retry events that were given up or parked, and work until nothing is due.',
    needs: 'system-write',
    options: {
      event: { type: 'text', value: 'id', summary: 'Retry only this event. Default: all.' },
      customer: {
        type: 'text',
        value: 'id',
        summary: 'Retry only events of this customer. Default: all.',
      },
      ...stripeOptions,
    },
    run: (context) =>
      withBilling(defined, context, async (runtime) => {
        const { options, print } = context;
        const { event, customer } = options;
        const replayed = await runtime.replay({
          ...(event !== undefined && { event }),
          ...(customer !== undefined && { customer }),
        });
        const { applied, failed } = await runtime.runOnce();
        print.line(
          `${replayed.events} events and ${replayed.tenants} tenants tried again: ${applied} stored, ${failed} failed.`,
        );
        return failed === 0 ? 0 : 1;
      }),
  });
