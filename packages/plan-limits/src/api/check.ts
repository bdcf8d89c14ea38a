import { TenantryError } from '@tenantry/core';
import type { Definition } from '../sql/model.ts';

/** Refuses an obviously invalid argument before it is sent. */
export function checkUsage(holds: boolean, found: string, fix?: string): asserts holds {
  if (!holds)
    throw new TenantryError('USAGE_INVALID', { found, ...(fix !== undefined && { fix }) });
}

/** An integer in a range. */
export function within(value: number, least: number, greatest: number, option: string): number {
  checkUsage(
    Number.isInteger(value) && value >= least && value <= greatest,
    `${option} ${String(value)}`,
    `Use a whole number from ${least} to ${greatest}.`,
  );
  return value;
}

/** Whether a text can be sent unchanged: a NUL and a lone surrogate cannot. */
export const travels = (text: unknown): text is string =>
  typeof text === 'string' && !text.includes('\0') && Buffer.from(text).toString() === text;

/** A text that a person reads. */
export function checkText(text: unknown, what: string): asserts text is string {
  checkUsage(
    travels(text) && text.length >= 1 && text.length <= 1000,
    `${what}, which is ${typeof text === 'string' ? `a text of ${text.length} characters` : typeof text}`,
    'Use 1 to 1000 characters of well-formed text without zero bytes.',
  );
}

/** A time that the database can store: years 1 to 9999. */
export function isoDate(date: Date, what: string): string {
  const year = date instanceof Date ? date.getUTCFullYear() : Number.NaN;
  checkUsage(
    year >= 1 && year <= 9999,
    `${what}, which is no date of the years 1 to 9999`,
    'Pass a Date that exists.',
  );
  return date.toISOString();
}

/** A feature of the definition. */
export function checkFeature(
  { features }: Definition,
  feature: unknown,
): asserts feature is string {
  if (typeof feature === 'string' && Object.hasOwn(features, feature)) return;
  throw new TenantryError('FEATURE_UNKNOWN', { found: `feature ${shown(feature)}` });
}

/** Checks the form of a plan name; operators may have created further plans. */
export function checkPlan({ plans }: Definition, plan: unknown): asserts plan is string {
  if (travels(plan) && plan.length >= 1 && plan.length <= 64) return;
  throw new TenantryError('PLAN_UNKNOWN', {
    found: `plan ${shown(plan)}`,
    fix: `Name a plan, such as ${plans.join(', ')}.`,
  });
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : typeof value;
