/** A value of a column that {@link Where} compares with. */
export type Comparable = string | number | boolean;

const anyValue = Object.freeze({ is: 'not null' } as const);
const future = Object.freeze({ is: 'in the future' } as const);

/** The column has a value: `count(() => members, { where: { joinedAt: isSet } })`. */
export const isSet: typeof anyValue = anyValue;

/** The column is a time that has not come yet: an invitation that has not expired. */
export const inFuture: typeof future = future;

/** Which values a column may have: one, one of a list, none, or {@link isSet} and {@link inFuture}. */
export type Wanted =
  | Comparable
  | readonly Comparable[]
  | null
  | typeof anyValue
  | typeof future
  | { readonly not: Comparable | readonly Comparable[] };

/** Which rows count: property → wanted values; all of them must hold. */
export type Where<Properties extends string = string> = {
  readonly [Property in Properties]?: Wanted;
};
