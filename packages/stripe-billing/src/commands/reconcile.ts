import type { CommandContext } from '@tenantry/rls/feature';
import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import type { BillingRuntime } from '../runtime/billing-runtime.ts';
import { stripeOptions, withBilling } from './open.ts';

/** `tenantry billing reconcile`: makes the copy equal to Stripe, or prints the differences. */
export const reconcileCommand = (defined: Defined) =>
  defineCommand({
    summary: 'Make billing equal to Stripe: missed events, then every customer.',
    needs: 'system-write',
    options: {
      'dry-run': {
        type: 'flag',
        summary: 'Change nothing. Print what differs, and exit with 1 when something does.',
      },
      events: { type: 'flag', summary: 'Read only what Stripe has sent since the last time.' },
      link: { type: 'flag', summary: 'Link customers whose metadata names an organization, too.' },
      ...stripeOptions,
    },
    run: (context) =>
      withBilling(defined, context, async (runtime) => {
        const { options, print, progress } = context;
        if (options['dry-run']) return differences(runtime, context);
        const report = await runtime.reconcile({
          scope: options.events ? 'events' : 'everything',
          link: options.link,
          onProgress: ({ step, done }) => progress(step, done),
        });
        const { missedEvents, organizations, applied, failed, linked, refused } = report;
        print.line(
          `${missedEvents} missed events, ${organizations} organizations fetched, ${applied} stored, ${linked} linked, ${failed} failed.`,
        );
        if (refused.length > 0) {
          print.line(
            `${refused.length} customers not linked, since their metadata names no organization that is free: ${refused.slice(0, 10).join(', ')}`,
          );
        }
        return failed === 0 ? 0 : 1;
      }),
  });

async function differences(
  runtime: BillingRuntime,
  { print, progress }: Pick<CommandContext, 'print' | 'progress'>,
): Promise<number> {
  let found = 0;
  for await (const drift of runtime.drift((done) => progress('organizations', done))) {
    found += 1;
    const { tenantId, what, field, stored, truth } = drift;
    const shown = (value: unknown) => JSON.stringify(value);
    const name = field === '' ? what : `${what} ${field}`;
    print.line(`${tenantId}  ${name}: ${shown(stored)} here, ${shown(truth)} at Stripe`);
  }
  print.line(found === 0 ? 'No drift.' : `${found} differences.`);
  return found === 0 ? 0 : 1;
}
