/**
 * A fake Stripe in the process of a test: state, HTTP, signed events, a clock, and failures on request.
 *
 * @module
 */
export type { DeliverOptions, DeliverReport, Destination } from './events/delivery.ts';
export { signPayload } from './events/payload.ts';
export type { Fault } from './http/faults.ts';
export type { SeenRequest } from './http/server.ts';
export type { FakeCustomer, FakeEvent, FakeInvoice, FakeObject } from './objects.ts';
export { seededRandom } from './random.ts';
export type { FakeSession } from './resources/checkout-sessions.ts';
export {
  type CustomerTruth,
  type FakeStripe,
  type FakeStripeOptions,
  startFakeStripe,
} from './start.ts';
