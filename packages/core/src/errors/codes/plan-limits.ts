import { type ErrorEntry, entry } from './entry.ts';

/** Plans, limits and usage. */
export const planLimitsCodes = {
  LIMIT_REACHED: entry(
    403,
    'The plan does not allow more of this',
    'Upgrade the plan, add an override or an add-on, or free some of what is used; details say how much is used of which limit, and when it resets.',
  ),
  FEATURE_NOT_IN_PLAN: entry(
    403,
    'The plan does not include this feature',
    'Upgrade to a plan that includes it, or add a row for it to plan_features.',
  ),
  PLAN_READ_ONLY: entry(
    402,
    'The plan is read-only at the moment, so nothing can be added',
    'Settle the open invoice; billing lifts it by setPlan(db, { readOnly: false, … }).',
  ),
  ISOLATION_LEVEL_REFUSED: entry(
    500,
    'A live count cannot be exact at this isolation level',
    "Run the transaction at READ COMMITTED, PostgreSQL's default, or count with { mode: 'counter' }.",
  ),
  USAGE_INVALID: entry(
    400,
    'An amount, key or expiry of usage is not valid',
    'Use a whole amount from 1 to 9007199254740991 and a key of 1 to 200 characters.',
  ),
  USAGE_KEY_REUSED: entry(
    409,
    'The idempotency key was used before, for something else',
    'Use a new key for each operation, and the same key and amount when you try it again.',
  ),
  USAGE_NOT_FOUND: entry(
    404,
    'There is no usage under this key',
    'Consume or reserve under the key first; events older than the retention of limits.upkeep are gone.',
  ),
  USAGE_STATE_INVALID: entry(
    409,
    'The usage under this key is past the point where this can be done',
    'A reservation is confirmed or released once and before it expires; consumed usage is refunded.',
  ),
  FEATURE_UNKNOWN: entry(
    500,
    'The database does not know this feature',
    'Run tenantry generate and migrate, and call the function that fits the kind of the feature.',
  ),
  PLAN_UNKNOWN: entry(
    422,
    'There is no such plan',
    'Add the plan to defineLimits({ plans }) and seed it, or add its rows to plan_features.',
  ),
  ADD_ON_UNKNOWN: entry(
    422,
    'There is no such add-on',
    'Add it to defineLimits({ addOns }) and seed it, or add its rows to add_on_features.',
  ),
} as const satisfies Record<string, ErrorEntry>;
