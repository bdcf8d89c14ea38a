type Fields = Record<string, unknown>;

/** The version since which periods stand on items, and the subscription of an invoice in `parent`. */
const basil = '2025-03-31';

/** Converts an answer to the form of an older API version. */
export function inVersion(body: unknown, version: string | undefined): unknown {
  return version === undefined || version >= basil ? body : older(body);
}

function older(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(older);
  if (typeof value !== 'object' || value === null) return value;
  const fields: Fields = Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, older(each)]),
  );
  if (fields.object === 'subscription') {
    const items = (value as { items?: { data?: Fields[] } }).items?.data ?? [];
    const [first] = items;
    return {
      ...fields,
      current_period_start: first?.current_period_start ?? null,
      current_period_end: first?.current_period_end ?? null,
    };
  }
  if (fields.object === 'subscription_item') {
    const { current_period_start: _, current_period_end: __, ...rest } = fields;
    return rest;
  }
  if (fields.object === 'invoice') {
    const { parent, ...rest } = fields;
    const details = (parent as { subscription_details?: Fields } | null)?.subscription_details;
    return {
      ...rest,
      subscription: details?.subscription ?? null,
      paid: fields.status === 'paid',
    };
  }
  return fields;
}
