import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { stripeOptions, withBilling } from './open.ts';

/** `tenantry billing dead`: given-up events, and events that wait for a link. */
export const deadCommand = (defined: Defined) =>
  defineCommand({
    summary: 'List events that were given up or wait for a link, and organizations with an error.',
    needs: 'system-write',
    options: {
      limit: {
        type: 'whole',
        min: 1,
        max: 10_000,
        default: 100,
        summary: 'List this many of each.',
      },
      ...stripeOptions,
    },
    json: true,
    run: (context) =>
      withBilling(defined, context, async (runtime) => {
        const { options, print } = context;
        const { events, organizations } = await runtime.dead(options.limit);
        const rows = [
          ...events.map(({ state, id, type, customer, attempts, error }) => ({
            state,
            event: `${id} ${type}`,
            customer,
            attempts,
            error,
          })),
          ...organizations.map(({ tenant, customer, attempts, error }) => ({
            state: 'failing',
            event: tenant,
            customer,
            attempts,
            error,
          })),
        ];
        print.result({ events, organizations }, () => {
          if (rows.length === 0) print.line('Nothing.');
          print.table(rows);
        });
        return rows.length === 0 ? 0 : 1;
      }),
  });
