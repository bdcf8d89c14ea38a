export type { Checkout, CheckoutOrder } from './checkout/checkout.ts';
export type { CustomerInput } from './checkout/customer.ts';
export type { BillingAlert } from './connect/alert.ts';
export type { BillingConnectOptions } from './connect/options.ts';
export type { BillingAccount, BillingRuntime, BillingStartOptions } from './connect/runtime.ts';
export type { BillingDatabase } from './database.ts';
export { type Billing, type BillingOptions, defineBilling } from './define-billing.ts';
export type { BillingCheck } from './operate/check.ts';
export type { BillingDeadLetters } from './operate/dead-letters.ts';
export type { ReconcileOptions, ReconcileProgress, ReconcileReport } from './operate/reconcile.ts';
export type {
  BillingRetention,
  BillingUpkeepOptions,
  BillingUpkeepResult,
} from './operate/upkeep.ts';
export type {
  BillingAction,
  BillingAuditEntry,
  BillingAuditPort,
  BillingPlanPort,
  BillingTransaction,
  PlanAtPort,
  PlanFromStripe,
} from './ports.ts';
export type { LinkedCustomer } from './sync/link.ts';
export type { BillingStep } from './sync/parts.ts';
export type { BillingRunReport } from './worker/worker.ts';
