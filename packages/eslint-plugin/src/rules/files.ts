import { relative } from 'node:path';
import type { Rule } from 'eslint';

/** Files that are not scoped code: for set-up, migrations, tests or configuration. */
export const notScoped: readonly string[] = [
  '**/*.config.*',
  '**/migrate.*',
  '**/migrations/**',
  '**/seed.*',
  '**/scripts/**',
  '**/test/**',
  '**/tests/**',
  '**/__tests__/**',
  '**/*.test.*',
  '**/*.spec.*',
];

/**
 * Whether the file of a context matches one of the patterns.
 * @param patterns paths relative to the working directory of ESLint; `*` matches a part of a name, `**`
 *   any folders
 */
export function isAllowed(context: Rule.RuleContext, patterns: readonly string[]): boolean {
  const path = relative(context.cwd, context.filename).replaceAll('\\', '/').split('/');
  return patterns.some((pattern) => matches(pattern.replace(/^\.\//, '').split('/'), path));
}

function matches([head, ...rest]: readonly string[], path: readonly string[]): boolean {
  if (head === undefined) return path.length === 0;
  if (head === '**') {
    if (rest.length === 0) return true;
    return path.some((_, at) => matches(rest, path.slice(at)));
  }
  const [name, ...below] = path;
  return name !== undefined && matchesName(head.split('*'), name) && matches(rest, below);
}

/** Whether a name contains the parts in this order, the first at its start and the last at its end. */
function matchesName(parts: readonly string[], name: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}
