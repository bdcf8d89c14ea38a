/** An array in PostgreSQL's own spelling: `{"a","b\"c",NULL}`. Every driver sends it unchanged. */
export function arrayLiteral(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quote(value))).join(',')}}`;
}

const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;

/** An array of this many dimensions: `{{1,2},{3,4}}`. Deeper levels belong to the elements. */
export function nestedLiteral(
  values: readonly unknown[],
  dimensions: number,
  element: (value: unknown) => string | null,
): string {
  if (dimensions === 1) return arrayLiteral(values.map(element));
  const inner = values.map((value) =>
    Array.isArray(value) ? nestedLiteral(value, dimensions - 1, element) : 'NULL',
  );
  return `{${inner.join(',')}}`;
}
