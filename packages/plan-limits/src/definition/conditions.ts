/** A value of a column that {@link CountCondition} compares with. */
export type ComparableValue = string | number | boolean;

const anyValue = Object.freeze({ is: 'not null' } as const);
const future = Object.freeze({ is: 'in the future' } as const);

/** The column has a value: `limits.counts(t, 'seats', { joinedAt: isSet })`. */
export const isSet: typeof anyValue = anyValue;

/** The column is a time in the future, for example of an invitation that has not expired. */
export const inFuture: typeof future = future;

/**
 * The accepted values of a column: one value, null, {@link isSet} or {@link inFuture}, or a list of which
 * one must match: `expiresAt: [null, inFuture]` for rows that never expire or have not yet.
 */
export type AcceptedValues =
  | ComparableValue
  | readonly (ComparableValue | null | typeof future)[]
  | null
  | typeof anyValue
  | typeof future
  | { readonly not: ComparableValue | readonly ComparableValue[] };

/** The condition for rows that count: property → accepted values; all must match. */
export type CountCondition<Properties extends string = string> = {
  readonly [Property in Properties]?: AcceptedValues;
};

/** Whether a value is one of {@link AcceptedValues}. */
export function isAccepted(value: unknown): boolean {
  const { is, not } = Object(value) as { readonly is?: unknown; readonly not?: unknown };
  if (not !== undefined) return [not].flat().every(isComparable);
  const isOneOf = (each: unknown) =>
    each === null || isComparable(each) || Object(each).is === future.is;
  return is === anyValue.is || [value].flat().every(isOneOf);
}

const isComparable = (value: unknown): value is ComparableValue =>
  ['string', 'number', 'boolean'].includes(typeof value);
