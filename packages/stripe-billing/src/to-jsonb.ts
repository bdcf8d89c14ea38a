// the only escapes of JSON.stringify that jsonb refuses
const odd = /\\u(?:0000|d[89a-f])/;
const replacement = '\ufffd';

/**
 * JSON that jsonb always accepts. Anybody can write metadata and names, and a NUL or a lone surrogate
 * would be refused at every fetch, so it is replaced by U+FFFD.
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
