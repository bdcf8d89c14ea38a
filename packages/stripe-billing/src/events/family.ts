/** The object inside an event; only ids are read from it. */
export type EventObject = Readonly<Record<string, unknown>>;

/** The subject of an event. */
export interface Subject {
  readonly customer?: string | undefined;
  readonly invoice?: string | undefined;
}

/**
 * A family of events: its types, and the location of its ids. Each has one file, so a new family is a new
 * file and a line in `index.ts`.
 */
export interface EventFamily {
  readonly name: string;
  /** The beginning of its types: `customer.subscription.`. */
  readonly prefix: string;
  /** The types that a webhook endpoint must send for the copy to be complete. */
  readonly required: readonly string[];
  /** `customer` syncs a customer, `catalog` a price or a product. */
  readonly route: 'customer' | 'catalog';
  subject(object: EventObject): Subject;
}

/** The maximum length of a Stripe id, in characters. */
const longest = 255;

/**
 * Whether a text can be an id: storable in PostgreSQL and in an index, and usable in an address. A
 * payload is input, also when it is signed.
 */
export const isId = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= longest &&
  // control characters and lone surrogates
  !/[\p{Cc}\p{Cs}]/u.test(value);

/** The id in a field that holds an id, or an expanded object; anything else is none. */
export function idIn(value: unknown): string | undefined {
  if (isId(value)) return value;
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return isId(id) ? id : undefined;
}
