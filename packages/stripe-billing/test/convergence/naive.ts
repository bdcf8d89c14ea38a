import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import type { catalogOf } from '../support/world.ts';

interface Payload {
  readonly id: string;
  readonly customer: string;
  readonly status: string;
  readonly items: { readonly data: readonly { readonly id: string; readonly quantity: number }[] };
}

/**
 * What most applications do: a copy of the object in the payload, with a list of events that were
 * seen, so that a repeated one is skipped.
 */
export function naiveCopy() {
  const seen = new Set<string>();
  const subscriptions = new Map<string, string>();
  return {
    async webhook(request: Request): Promise<Response> {
      const event = (await request.json()) as {
        id: string;
        type: string;
        data: { object: Payload };
      };
      if (!seen.has(event.id) && event.type.startsWith('customer.subscription.')) {
        seen.add(event.id);
        const { id, customer, status, items } = event.data.object;
        const quantities = items.data.map((item) => `${item.id} ${item.quantity}`).join(' ');
        subscriptions.set(id, `${customer} ${status} ${quantities}`);
      }
      return new Response(null, { status: 200 });
    },
    /** Whether it knows the subscriptions of a customer as they are. */
    knows(fake: FakeStripe, _: ReturnType<typeof catalogOf>, customer: string): boolean {
      const truth = fake.truth(customer).subscriptions as unknown as Payload[];
      const mine = [...subscriptions].filter(([, value]) => value.startsWith(`${customer} `));
      return (
        mine.length === truth.length &&
        truth.every(({ id, status, items }) => {
          const quantities = items.data.map((item) => `${item.id} ${item.quantity}`).join(' ');
          return subscriptions.get(id) === `${customer} ${status} ${quantities}`;
        })
      );
    },
  };
}
