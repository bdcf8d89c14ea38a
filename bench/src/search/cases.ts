import type { matchesText } from '@tenantry/rls';
import { documents, words } from './schema.ts';

/** How a column is searched: by hand past all policies, and by `matches`. */
export interface SearchCase {
  readonly op: string;
  readonly column: Parameters<typeof matchesText>[0];
  readonly hits: number;
  readonly byHand: string;
  readonly value: string;
  readonly query: unknown;
}

const of = ([word, hits]: [string, number]): readonly SearchCase[] => [
  {
    op: `substring-${hits}`,
    hits,
    column: documents.title,
    byHand: 'title ilike $1',
    value: `%${word}%`,
    query: word,
  },
  {
    op: `fulltext-${hits}`,
    hits,
    column: documents.body,
    byHand:
      "to_tsvector('pg_catalog.english'::regconfig, body) @@ websearch_to_tsquery('english', $1)",
    value: word,
    query: word,
  },
  {
    op: `contains-${hits}`,
    hits,
    column: documents.meta,
    byHand: 'meta @> $1::jsonb',
    value: `{"kind":"${word}"}`,
    query: { kind: word },
  },
];

export const cases: readonly SearchCase[] = [
  ...Object.entries(words).flatMap(of),
  {
    op: 'citext',
    hits: 1,
    column: documents.email,
    byHand: 'email = $1::citext',
    value: 'USER7@example.com',
    query: 'USER7@example.com',
  },
];
