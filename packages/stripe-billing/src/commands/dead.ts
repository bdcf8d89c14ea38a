import { requiredTenant } from '@tenantry/core/sql';
import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { stripeOptions, withBilling } from './open.ts';

/** `tenantry billing dead`: given-up events, and events that wait for a link. */
export const deadCommand = (defined: Defined) =>
  defineCommand({
    summary: 'List events that were given up or wait for a link, and tenants with an error.',
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
        const { events, tenants, unanswered } = await runtime.dead({ limit: options.limit });
        const rows = [
          ...events.map(({ state, id, type, customer, attempts, error }) => ({
            state,
            event: `${id} ${type}`,
            customer,
            attempts,
            error,
          })),
          ...tenants.map(({ customer, attempts, error, ...of }) => ({
            state: 'failing',
            event: requiredTenant(defined.tenancy, of),
            customer,
            attempts,
            error,
          })),
        ];
        print.result({ events, tenants, unanswered }, () => {
          if (rows.length === 0 && unanswered.length === 0) print.line('Nothing.');
          print.table(rows);
          for (const each of unanswered) print.failed(each);
        });
        return rows.length + unanswered.length === 0 ? 0 : 1;
      }),
  });
