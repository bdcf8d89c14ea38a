import { TenantryError } from '@tenantry/core';
import type { SearchKind } from '../fragments/notes.ts';

/** In characters; the database functions have the same limits. */
export const longestText = 1_000;
export const longestJson = 10_000;
export const mostRows = 10_000;

/** The argument of the search function: a text, or JSON as text. */
export function checkedQuery(kind: SearchKind, query: unknown): string {
  const text = kind === 'contains' ? json(query) : query;
  if (typeof text !== 'string') throw invalid(`a query of type ${typeof query}`);
  const longest = kind === 'contains' ? longestJson : longestText;
  // PostgreSQL counts code points
  if (text.length > longest && [...text].length > longest) {
    throw invalid(`a query of ${[...text].length} characters, where ${longest} are allowed`);
  }
  // JSON escapes it, and jsonb refuses it too
  if (text.includes('\0') || (kind === 'contains' && /(?<!\\)(\\\\)*\\u0000/.test(text))) {
    throw invalid('a query with a NUL character');
  }
  return text;
}

/** The requested number of rows; null for all. */
export function checkedFirst(first: number | undefined): number | null {
  if (first === undefined) return null;
  if (Number.isInteger(first) && first >= 1 && first <= mostRows) return first;
  throw invalid(typeof first === 'number' ? `first: ${first}` : `first of type ${typeof first}`);
}

function json(query: unknown): string | undefined {
  try {
    return JSON.stringify(query);
  } catch (cause) {
    throw invalid('a query that is no JSON', cause);
  }
}

const invalid = (found: string, cause?: unknown) =>
  new TenantryError('SEARCH_INVALID', { found: `${found}.`, cause });
