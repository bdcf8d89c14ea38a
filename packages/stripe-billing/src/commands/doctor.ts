import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { stripeOptions, withBilling } from './open.ts';

/** `tenantry billing doctor`: the checklist of going live. */
export const doctorCommand = (defined: Defined) =>
  defineCommand({
    summary: 'Check prices, webhook endpoint and backlog; exit with 1 when something is wrong.',
    needs: 'system-write',
    options: {
      endpoint: {
        type: 'text',
        value: 'url',
        summary: 'Check the webhook endpoint of this address. Default: the only one.',
      },
      ...stripeOptions,
    },
    json: true,
    run: (context) =>
      withBilling(defined, context, async (runtime) => {
        const { options, print } = context;
        const { endpoint } = options;
        const checks = await runtime.doctor(endpoint === undefined ? {} : { endpoint });
        print.result(checks, () => {
          for (const { name, state, found, fix } of checks) {
            const text = `${name}: ${found}`;
            if (state === 'ok') print.done(text);
            else if (state === 'failed') print.failed(text);
            else print.line(`! ${text}`);
            if (state !== 'ok' && fix !== undefined) print.line(`    ${fix}`);
          }
        });
        return checks.some(({ state }) => state === 'failed') ? 1 : 0;
      }),
  });
