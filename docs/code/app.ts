// The names that the code of every page may use without an import.

import { defineTenancy, TenantryError } from '@tenantry/core';
import { guard, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { defineIsolation } from '@tenantry/rls';
import { type Context, Hono } from 'hono';

export { createTenantPool } from '@tenantry/core';
export { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
export { drizzle } from 'drizzle-orm/node-postgres';
export {
  type AnyPgTable,
  boolean,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
export { default as Stripe } from 'stripe';
export { defineConfig } from 'tenantry';
export { expect, test } from 'vitest';
export { db, pool } from './db.ts';
export {
  audit,
  audited,
  billing,
  billingActions,
  counted,
  counter,
  defineAudit,
  defineBilling,
  defineLimits,
  defineRbac,
  flag,
  inFuture,
  limits,
  permissions,
  rbac,
  runtime,
  unlimited,
  z,
} from './features.ts';
export * as schema from './schema.ts';
export {
  clients,
  invoices,
  memberships,
  organizations,
  projects,
  type UsualColumns,
  users,
  usualColumns,
} from './schema.ts';
export {
  isolate,
  isolateThrough,
  reference,
  searchable,
  shared,
  systemOnly,
  tenancy,
  tenants,
  visibleThrough,
} from './tenancy.ts';
export { defineIsolation, defineTenancy, guard, header, TenantryError, tenantMiddleware };

export const app = new Hono();

// what a session middleware sets
declare module 'hono' {
  interface ContextVariableMap {
    readonly session: { readonly userId: string } | undefined;
  }
}

/** What a page leaves out with `…`: what stands there must be, where that is known. */
// biome-ignore lint/suspicious/noExplicitAny: anything, where it is not known
export declare function elided<T = any>(): T;

export declare const acme: string;
export declare const email: string;
export declare const error: unknown;
export declare const expiresAt: Date;
export declare const handler: (c: Context) => Response;
export declare const id: string;
export declare const jobId: string;
export declare const name: string;
export declare const queue: { add(job: () => unknown): Promise<void> };
export declare const successUrl: string;
export declare const cancelUrl: string;
export declare const returnUrl: string;
export declare const user: string;
export declare const userId: string;
