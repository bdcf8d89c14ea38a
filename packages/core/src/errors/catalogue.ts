import { auditLogCodes } from './codes/audit-log.ts';
import { coreCodes } from './codes/core.ts';
import { databaseCodes } from './codes/database.ts';
import { doctorCodes } from './codes/doctor.ts';
import type { ErrorEntry } from './codes/entry.ts';
import { planLimitsCodes } from './codes/plan-limits.ts';
import { rbacCodes } from './codes/rbac.ts';
import { rlsCodes } from './codes/rls.ts';
import { stripeBillingCodes } from './codes/stripe-billing.ts';

/**
 * Every error that Tenantry throws, by its stable code: one family for all packages. The reference
 * in docs/errors is checked against this table by a test.
 */
export const errorCatalogue = {
  ...coreCodes,
  ...databaseCodes,
  ...rbacCodes,
  ...rlsCodes,
  ...planLimitsCodes,
  ...auditLogCodes,
  ...stripeBillingCodes,
  ...doctorCodes,
} as const satisfies Record<string, ErrorEntry>;

/** The stable code of a {@link TenantryError}. */
export type ErrorCode = keyof typeof errorCatalogue;
