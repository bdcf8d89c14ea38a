import { parseArgs } from 'node:util';
import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { commonOptions, whereArgs, withBilling } from './open.ts';

const signs = { ok: '✓', warning: '!', failed: '✗' } as const;

/** `tenantry billing doctor`: the checklist of going live. */
export const doctorCommand = (defined: Defined): FeatureCommand => ({
  summary: 'Checks prices, webhook endpoint and backlog; exit 1 when something is wrong.',
  options: { '--endpoint <url>': 'the address of your webhook, of several', ...commonOptions },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        endpoint: { type: 'string' },
        ...whereArgs,
      },
    });
    return withBilling(defined, context, values, async (runtime) => {
      const { endpoint } = values;
      const checks = await runtime.doctor(endpoint === undefined ? {} : { endpoint });
      for (const { name, state, found, fix } of checks) {
        context.stdout.write(`${signs[state]} ${name}: ${found}\n`);
        if (state !== 'ok' && fix !== undefined) context.stdout.write(`    ${fix}\n`);
      }
      return checks.some(({ state }) => state === 'failed') ? 1 : 0;
    });
  },
});
