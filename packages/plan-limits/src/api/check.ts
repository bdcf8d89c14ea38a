import { TenantryError } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
import { isoDate, isStorableText, storableText } from '@tenantry/core/sql';
import type { Definition } from '../sql/model.ts';

/** The code of what a call is given. */
export const code = 'USAGE_INVALID';

/** Refuses what can only be a mistake, before it travels. */
export function checkUsage(holds: boolean, found: string, fix?: string): asserts holds {
  check(holds, found, fix, code);
}

/** A whole number in a range. */
export const within = (value: unknown, least: number, greatest: number, name: string): number =>
  wholeNumber(value, { name, least, greatest, code });

/** A text that a person reads, or with `most` a key. */
export const text = (value: unknown, name: string, most?: number): string =>
  storableText(value, { name, code, ...(most !== undefined && { most }) });

/** A time that the database has too. */
export const time = (value: unknown, name: string): string => isoDate(value, { name, code });

/** A feature of the definition. */
export function checkFeature(
  { features }: Definition,
  feature: unknown,
): asserts feature is string {
  const known = typeof feature === 'string' && Object.hasOwn(features, feature);
  check(known, `feature ${shown(feature)}`, undefined, 'FEATURE_UNKNOWN');
}

/** A counter of the definition. */
export function checkCounter({ features }: Definition, feature: unknown): void {
  const known =
    typeof feature === 'string' && Object.hasOwn(features, feature) ? features[feature] : undefined;
  const found =
    known === undefined ? `feature ${shown(feature)}` : `${feature}, which is a ${known.kind}`;
  const fix = 'Name a counter of defineLimits({ features }).';
  check(known?.kind === 'counter', found, fix, 'FEATURE_UNKNOWN');
}

/** Checks the form of a plan name; operators may have created further plans. */
export function checkPlan({ plans }: Definition, plan: unknown): asserts plan is string {
  const holds = isStorableText(plan) && plan.length >= 1 && plan.length <= 64;
  const fix = `Name a plan, such as ${plans.join(', ')}.`;
  check(holds, `plan ${shown(plan)}`, fix, 'PLAN_UNKNOWN');
}

/** The name of an add-on, likewise. */
export function checkAddOn(addOn: string): void {
  if (!isStorableText(addOn)) throw new TenantryError('ADD_ON_UNKNOWN');
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : typeof value;
