import { parseArgs } from 'node:util';
import { requiredTenant } from '@tenantry/core/sql';
import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { commonOptions, whereArgs, withBilling } from './open.ts';
import { progressLine } from './progress.ts';

/** `tenantry billing reconcile`: makes the copy equal to Stripe, or prints the differences. */
export const reconcileCommand = (defined: Defined): FeatureCommand => ({
  summary: "Brings billing to Stripe's truth: missed events, then every customer.",
  options: {
    '--dry-run': 'print what differs and change nothing; exit 1 when something does',
    '--events': 'only what Stripe has sent since the last time',
    '--link': 'also link customers whose metadata names a tenant',
    ...commonOptions,
  },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'dry-run': { type: 'boolean', default: false },
        events: { type: 'boolean', default: false },
        link: { type: 'boolean', default: false },
        ...whereArgs,
      },
    });
    const { stdout } = context;
    const progress = progressLine(context.stderr);
    return withBilling(defined, context, values, async (runtime) => {
      if (values['dry-run']) {
        let found = 0;
        for await (const drift of runtime.driftOfCustomers({
          onProgress: (done) => progress.show('tenants', done),
        })) {
          found += 1;
          progress.clear();
          const { what, key, found: difference } = drift;
          const tenant = requiredTenant(defined.tenancy, drift);
          stdout.write(`${tenant}  ${what} ${key}: ${difference}\n`);
        }
        progress.clear();
        stdout.write(found === 0 ? 'No drift.\n' : `${found} differences.\n`);
        return found === 0 ? 0 : 1;
      }
      const report = await runtime.reconcile({
        scope: values.events ? 'events' : 'everything',
        link: values.link,
        onProgress: ({ step, done }) => progress.show(step, done),
      });
      progress.clear();
      const { missedEvents, tenants, applied, failed, linked, refused } = report;
      stdout.write(
        `${missedEvents} missed events, ${tenants} tenants fetched, ${applied} stored, ${linked} linked, ${failed} failed.\n`,
      );
      if (refused.length > 0) {
        stdout.write(
          `${refused.length} customers not linked, since their metadata names no tenant that is free: ${refused.slice(0, 10).join(', ')}\n`,
        );
      }
      return failed === 0 ? 0 : 1;
    });
  },
});
