import { answerOf, type DatabaseAnswer } from '@tenantry/core/scope';
import type { BillingDatabase } from '../connect/database.ts';

/**
 * Asks the other databases for a full sync of a customer: its events are stored in the shared one.
 * @returns whether each knows the customer
 */
export async function syncElsewhere(
  { each, place: here }: BillingDatabase,
  customer: string,
): Promise<readonly DatabaseAnswer<boolean>[]> {
  const others = (await each()).filter(({ place }) => place !== here);
  const ask = (other: BillingDatabase) => other.call('route', { events: [], customer, full: true });
  return Promise.all(others.map((other) => answerOf(other.place, () => ask(other))));
}

/** Whether one of them knows it. */
export const isKnown = (answers: readonly DatabaseAnswer<boolean>[]): boolean =>
  answers.some(({ value }) => value === true);
