import type { Routes } from '../http/router.ts';
import { priceRoutes, productRoutes } from './catalog.ts';
import { checkoutSessionRoutes } from './checkout-sessions.ts';
import { customerRoutes } from './customers.ts';
import { eventRoutes } from './events.ts';
import { invoiceRoutes } from './invoices.ts';
import { scheduleRoutes } from './schedules.ts';
import { simpleRoutes } from './simple.ts';
import {
  accountRoutes,
  invoicePaymentRoutes,
  paymentMethodRoutes,
  portalRoutes,
  testClockRoutes,
  webhookEndpointRoutes,
} from './smaller.ts';
import { subscriptionItemRoutes } from './subscription-items.ts';
import { subscriptionRoutes } from './subscriptions.ts';

/** All routes of the fake. */
export const routes: Routes = {
  ...customerRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...subscriptionRoutes,
  ...subscriptionItemRoutes,
  ...invoiceRoutes,
  ...checkoutSessionRoutes,
  ...portalRoutes,
  ...eventRoutes,
  ...webhookEndpointRoutes,
  ...testClockRoutes,
  ...scheduleRoutes,
  ...paymentMethodRoutes,
  ...invoicePaymentRoutes,
  ...scheduleRoutes,
  ...accountRoutes,
  ...simpleRoutes,
};
