import { check, checkType, typeName, wholeNumber } from '@tenantry/core/errors';
import type { FlagFeature, LimitFeature } from './features.ts';

/** No limit: NULL in `plan_features`. */
export const unlimited = 'unlimited';

/** A limit: an integer from 0 to 2^53 − 1, or none. */
export type LimitValue = number | typeof unlimited;

/** A limit, and how it is enforced. */
export interface LimitTerms {
  readonly limit: LimitValue;
  /** `hard` refuses usage above the limit; `soft` allows it and reports it. Default: 'hard'. */
  readonly enforcement?: 'hard' | 'soft';
  /**
   * The grace period in days, 0 to 3650: for so long a tenant that a plan change puts over this limit
   * keeps its former limit. Default: 0.
   */
  readonly graceDays?: number;
}

/** The value of a feature in a plan: a boolean for a flag, a limit for everything else. */
export type PlanValue<F extends LimitFeature> = F extends FlagFeature
  ? boolean
  : LimitValue | LimitTerms;

/** The values of a plan; missing features are denied. */
export type PlanValues<F extends LimitFeatures> = {
  readonly [Name in keyof F]?: PlanValue<F[Name]>;
};

/** LimitFeatures by name. */
export type LimitFeatures = Readonly<Record<string, LimitFeature>>;

/** What one item of an add-on adds. */
export type AddOnValues<F extends LimitFeatures> = {
  readonly [Name in keyof F]?: F[Name] extends FlagFeature ? true : LimitValue;
};

/** A row of plan_features, from the code. */
export interface PlanRow {
  readonly plan: string;
  readonly feature: string;
  readonly limit: number | null;
  readonly enabled: boolean;
  readonly enforcement: 'hard' | 'soft';
  readonly graceDays: number;
}

/** A row of add_on_features, from the code. */
export interface AddOnRow {
  readonly addOn: string;
  readonly feature: string;
  readonly units: number | null;
}

const planName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
const featureName = /^[a-z][A-Za-z0-9_]{0,39}$/;

/** Checks feature names, which become names of functions and keys of headers. */
export function checkFeatures(features: LimitFeatures): void {
  check(Object.keys(features).length > 0, 'no features', 'Define at least one.');
  for (const [name, feature] of Object.entries(features)) {
    check(
      ['count', 'counter', 'flag'].includes(feature?.kind),
      `feature ${JSON.stringify(name)} of type ${typeName(feature)}`,
      'Use counted(), counter({ per }) or flag().',
    );
    check(
      featureName.test(name),
      `feature ${JSON.stringify(name)}`,
      'Use 1 to 40 letters, digits and _, beginning with a lower-case letter.',
    );
  }
}

/** The rows of the code's plans, sorted, so that equal plans give equal SQL. */
export function planRows(
  features: LimitFeatures,
  plans: Readonly<Record<string, PlanValues<LimitFeatures>>>,
): readonly PlanRow[] {
  return Object.entries(plans).flatMap(([plan, values]) => {
    check(
      planName.test(plan),
      `plan ${JSON.stringify(plan)}`,
      'Use 1 to 64 letters, digits, _, -, . and :.',
    );
    checkType(values, 'object', `plan ${plan}`);
    return sorted(values).map(([feature, value]) => {
      const kind = kindOf(features, feature);
      check(kind !== undefined, `feature ${feature} of plan ${plan}`, 'Define it in features.');
      if (kind === 'flag' || typeof value === 'boolean') {
        check(
          kind === 'flag' && typeof value === 'boolean',
          `${feature} of plan ${plan}`,
          'A flag is true or false, anything else has a limit.',
        );
        return row(plan, feature, { limit: unlimited }, value);
      }
      const terms = typeof value === 'object' && value !== null ? value : { limit: value };
      return row(plan, feature, terms, true);
    });
  });
}

/** The rows of the code's add-ons. */
export function addOnRows(
  features: LimitFeatures,
  addOns: Readonly<Record<string, AddOnValues<LimitFeatures>>>,
): readonly AddOnRow[] {
  return Object.entries(addOns).flatMap(([addOn, values]) => {
    check(
      planName.test(addOn),
      `add-on ${JSON.stringify(addOn)}`,
      'Use 1 to 64 letters, digits, _, -, . and :.',
    );
    checkType(values, 'object', `add-on ${addOn}`);
    return sorted<LimitValue | true>(values).map(([feature, value]) => {
      const kind = kindOf(features, feature);
      check(kind !== undefined, `feature ${feature} of add-on ${addOn}`, 'Define it in features.');
      check(
        (kind === 'flag') === (value === true),
        `${feature} of add-on ${addOn}`,
        'A flag is true, anything else a number of units.',
      );
      return {
        addOn,
        feature,
        units: value === true ? null : parseLimit(value, `${feature} of add-on ${addOn}`),
      };
    });
  });
}

const kindOf = (features: LimitFeatures, feature: string): LimitFeature['kind'] | undefined =>
  Object.hasOwn(features, feature) ? features[feature]?.kind : undefined;

const sorted = <V>(values: Readonly<Record<string, V | undefined>>): [string, V][] =>
  Object.entries(values)
    .flatMap(([key, value]): [string, V][] => (value === undefined ? [] : [[key, value]]))
    .sort(([a], [b]) => (a < b ? -1 : 1));

function row(plan: string, feature: string, terms: LimitTerms, enabled: boolean): PlanRow {
  const { enforcement = 'hard', graceDays = 0 } = terms;
  const where = `${feature} of plan ${plan}`;
  check(
    enforcement === 'hard' || enforcement === 'soft',
    `enforcement of ${where}`,
    "Use 'hard' or 'soft'.",
  );
  wholeNumber(graceDays, { name: `graceDays of ${where}:`, least: 0, greatest: 3650 });
  return { plan, feature, limit: parseLimit(terms.limit, where), enabled, enforcement, graceDays };
}

function parseLimit(limit: unknown, where: string): number | null {
  if (limit === unlimited) return null;
  check(
    typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 0,
    `limit ${shown(limit)} for ${where}`,
    'Use a whole number from 0 to 9007199254740991, or unlimited.',
  );
  return limit;
}

const shown = (limit: unknown): string =>
  ['number', 'string'].includes(typeof limit)
    ? JSON.stringify(limit)
    : `of type ${typeName(limit)}`;
