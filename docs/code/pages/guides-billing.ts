export { webhook } from '@tenantry/core/express';
export type { Express } from 'express';
export { stripe as stripeEu, stripe as stripeUs } from '../features.ts';
export declare const boss: {
  send(name: string): Promise<void>;
  work(name: string, job: () => Promise<unknown>): Promise<void>;
  schedule(name: string, cron: string): Promise<void>;
};
export declare const organizationId: string;
