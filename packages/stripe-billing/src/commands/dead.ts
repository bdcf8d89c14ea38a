import { parseArgs } from 'node:util';
import { requiredTenant } from '@tenantry/core/sql';
import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { commonOptions, whereArgs, withBilling } from './open.ts';

/** `tenantry billing dead`: given-up events, and events that wait for a link. */
export const deadCommand = (defined: Defined): FeatureCommand => ({
  summary: 'Lists events that were given up or wait for a link, and tenants with an error.',
  options: { '--most <n>': 'how many; 100', ...commonOptions },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        most: { type: 'string', default: '100' },
        ...whereArgs,
      },
    });
    return withBilling(defined, context, values, async (runtime) => {
      const { events, tenants } = await runtime.dead({ limit: Number(values.most) });
      for (const { id, type, state, customer, attempts, error } of events) {
        context.stdout.write(
          `${state.padEnd(6)}  ${id}  ${type}  ${customer ?? '–'}  ${attempts} attempts  ${error ?? ''}\n`,
        );
      }
      for (const { customer, attempts, error, ...of } of tenants) {
        context.stdout.write(
          `failing  ${requiredTenant(defined.tenancy, of)}  ${customer ?? '–'}  ${attempts} attempts  ${error ?? ''}\n`,
        );
      }
      if (events.length + tenants.length === 0) context.stdout.write('Nothing.\n');
      return events.length + tenants.length === 0 ? 0 : 1;
    });
  },
});
