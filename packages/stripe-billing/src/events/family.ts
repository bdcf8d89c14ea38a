/** The object inside an event; only ids are read from it. */
export type EventObject = Readonly<Record<string, unknown>>;

/** What an event is about. */
export interface Subject {
  readonly customer?: string | undefined;
  readonly invoice?: string | undefined;
}

/**
 * A family of events: what belongs to it, and where its ids stand. One file each, so a new family is
 * a new file and a line in `index.ts`.
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

/** The longest id that Stripe gives, in characters. */
const longest = 255;

/**
 * Whether a text can be an id: PostgreSQL stores it, an index takes it, an address can hold it. What a
 * payload says is input, also where it is signed.
 */
export const isId = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= longest &&
  // control characters, and halves of a surrogate pair
  !/[\p{Cc}\p{Cs}]/u.test(value);

/** The id in a field that holds an id, or an expanded object; anything else is none. */
export function idIn(value: unknown): string | undefined {
  if (isId(value)) return value;
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return isId(id) ? id : undefined;
}
