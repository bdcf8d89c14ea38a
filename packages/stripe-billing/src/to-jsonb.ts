// JSON.stringify writes these two, and no others, as an escape that jsonb refuses
const odd = /\\u(?:0000|d[89a-f])/;
const replacement = '\ufffd';

/**
 * JSON that jsonb takes whatever it holds. Metadata and names are written by anybody; a NUL or half of
 * a surrogate pair in one of them would be refused as often as it is fetched, so it becomes U+FFFD.
 */
export function toJsonb(value: object): string {
  const json = JSON.stringify(value);
  return odd.test(json) ? JSON.stringify(scrubbed(JSON.parse(json))) : json;
}

function scrubbed(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[\0\p{Cs}]/gu, replacement);
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [scrubbed(key) as string, scrubbed(each)]),
  );
}
