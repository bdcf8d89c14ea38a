import { parseArgs } from 'node:util';
import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Defined } from '../connect/defined.ts';
import { commonOptions, whereArgs, withBilling } from './open.ts';

/** `tenantry billing account`: shows the account of the customers, and moves to another one. */
export const accountCommand = (defined: Defined): FeatureCommand => ({
  summary: 'Says which Stripe account the customers are of; 1 when the key is of another one.',
  options: { '--move': 'take the account of the key for theirs from now on', ...commonOptions },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        move: { type: 'boolean', default: false },
        ...whereArgs,
      },
    });
    return withBilling(defined, context, values, async (runtime) => {
      const { ofKey, stripeAccount, customers } = await runtime.account({ move: values.move });
      context.stdout.write(
        `${customers} customers of ${stripeAccount ?? 'no account yet'}; the key is of ${ofKey ?? 'an account that it may not read'}.\n`,
      );
      const differ = stripeAccount !== null && ofKey !== null && stripeAccount !== ofKey;
      if (differ) context.stdout.write('Use the key of their account, or --move.\n');
      return differ ? 1 : 0;
    });
  },
});
