/** Whether a pattern covers a permission: the permission itself, `projects:*`, or `*`. */
export const covers = (pattern: string, permission: string): boolean =>
  pattern === '*' ||
  pattern === permission ||
  pattern === `${permission.slice(0, permission.indexOf(':'))}:*`;

/** Every permission that some of the patterns cover, sorted. */
export const expand = (patterns: Iterable<string>, permissions: readonly string[]): string[] => {
  const all = [...patterns];
  return permissions.filter((key) => all.some((pattern) => covers(pattern, key))).sort();
};
