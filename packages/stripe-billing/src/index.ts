export type { Checkout, CheckoutOrder } from './checkout/checkout.ts';
export type { CustomerInput } from './checkout/customer.ts';
export type { Alert } from './connect/alert.ts';
export type { ConnectOptions } from './connect/options.ts';
export type { BillingAccount, BillingRuntime } from './connect/runtime.ts';
export {
  type Billing,
  type BillingOptions,
  defineBilling,
  type KnownPort,
  type OrderOf,
} from './define-billing.ts';
export type { Check } from './operate/check.ts';
export type { DeadLetters } from './operate/dead-letters.ts';
export type { Drift } from './operate/drift.ts';
export type {
  BillingMaintained,
  BillingMaintainOptions,
  BillingRetention,
} from './operate/maintain.ts';
export type { ReconcileOptions, ReconcileProgress, ReconcileReport } from './operate/reconcile.ts';
export type { CatalogOptions, PlanPrices, PriceRef } from './plans/catalog.ts';
export type {
  AuditAction,
  AuditEntry,
  AuditPort,
  HeldPlan,
  PlanChange,
  PlanPort,
} from './ports.ts';
export type { Linked } from './sync/link.ts';
export type { Step } from './sync/parts.ts';
export { type BillingTables, defineBillingTables } from './tables/tables.ts';
export type { RunReport } from './worker/worker.ts';
