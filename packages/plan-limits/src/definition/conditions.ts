/** A value of a column that {@link Where} compares with. */
export type Comparable = string | number | boolean;

const anyValue = Object.freeze({ is: 'not null' } as const);
const future = Object.freeze({ is: 'in the future' } as const);

/** The column has a value: `count(() => members, { where: { joinedAt: isSet } })`. */
export const isSet: typeof anyValue = anyValue;

/** The column is a time in the future, for example of an invitation that has not expired. */
export const inFuture: typeof future = future;

/** The accepted values of a column: one value, a list, null, {@link isSet} or {@link inFuture}. */
export type Wanted =
  | Comparable
  | readonly Comparable[]
  | null
  | typeof anyValue
  | typeof future
  | { readonly not: Comparable | readonly Comparable[] };

/** The condition for rows that count: property → accepted values; all must match. */
export type Where<Properties extends string = string> = {
  readonly [Property in Properties]?: Wanted;
};
