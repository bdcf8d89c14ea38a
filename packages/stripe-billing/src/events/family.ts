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

/** The id in a field that holds an id, or an expanded object. */
export function idIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}
