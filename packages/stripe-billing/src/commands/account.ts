import { defineCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { stripeOptions, withBilling } from './open.ts';

/** `tenantry billing account`: shows the account of the customers, and moves to another one. */
export const accountCommand = (defined: Defined) =>
  defineCommand({
    summary:
      'Show the Stripe account of the customers; exit with 1 when the key is of another one.',
    needs: 'system-write',
    options: {
      move: { type: 'flag', summary: 'Make the account of the key the account of the customers.' },
      ...stripeOptions,
    },
    json: true,
    run: (context) =>
      withBilling(defined, context, async (runtime) => {
        const { options, print } = context;
        const account = await runtime.account({ move: options.move });
        const { ofKey, stripeAccount, customers } = account;
        const differ = stripeAccount !== null && ofKey !== null && stripeAccount !== ofKey;
        print.result(account, () => {
          print.line(
            `${customers} customers of ${stripeAccount ?? 'no account yet'}; the key is of ${ofKey ?? 'an account that it may not read'}.`,
          );
          if (differ) print.line('Use the key of their account, or --move.');
        });
        return differ ? 1 : 0;
      }),
  });
