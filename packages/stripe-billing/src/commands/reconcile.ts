import type { Tenancy } from '@tenantry/core';
import { requiredTenant } from '@tenantry/core/sql';
import type { CommandContext } from '@tenantry/rls/feature';
import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import type { BillingRuntime } from '../connect/runtime.ts';
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
      link: { type: 'flag', summary: 'Link customers whose metadata names a tenant, too.' },
      ...stripeOptions,
    },
    run: (context) =>
      withBilling(defined, context, async (runtime) => {
        const { options, print, progress } = context;
        if (options['dry-run']) return differences(runtime, defined.tenancy, context);
        const report = await runtime.reconcile({
          scope: options.events ? 'events' : 'everything',
          link: options.link,
          onProgress: ({ step, done }) => progress(step, done),
        });
        const { missedEvents, tenants, applied, failed, linked, refused } = report;
        print.line(
          `${missedEvents} missed events, ${tenants} tenants fetched, ${applied} stored, ${linked} linked, ${failed} failed.`,
        );
        if (refused.length > 0) {
          print.line(
            `${refused.length} customers not linked, since their metadata names no tenant that is free: ${refused.slice(0, 10).join(', ')}`,
          );
        }
        return failed === 0 ? 0 : 1;
      }),
  });

async function differences(
  runtime: BillingRuntime<never>,
  tenancy: Tenancy,
  { print, progress }: Pick<CommandContext, 'print' | 'progress'>,
): Promise<number> {
  let found = 0;
  for await (const drift of runtime.driftOfCustomers({
    onProgress: (done) => progress('tenants', done),
  })) {
    found += 1;
    const tenant = requiredTenant(tenancy, drift);
    print.line(`${tenant}  ${drift.what} ${drift.key}: ${drift.found}`);
  }
  print.line(found === 0 ? 'No drift.' : `${found} differences.`);
  return found === 0 ? 0 : 1;
}
