import type { TableName } from '@tenantry/rls/model';

const part = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const path = new RegExp(String.raw`${part}(?:\s*\.\s*${part})*`, 'gu');
const parts = new RegExp(part, 'gu');
const textOrComment = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Whether SQL names a table, with its schema or without, as a whole word: `users`, `public."users"`, and
 * `users` in a text that is executed; not `users_view`, `other.users` or a comment.
 */
export function mentionsTable(sql: string, { schema, name }: TableName): boolean {
  const code = sql.replace(textOrComment, (found) => (found.startsWith("'") ? found : ' '));
  for (const [found] of code.matchAll(path)) {
    const [first, second] = (found.match(parts) ?? []).map(bare);
    if (first === name || (first === schema && second === name)) return true;
  }
  return false;
}

const bare = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();
