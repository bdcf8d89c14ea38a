import type { matchesText } from '@tenantry/rls';
import { documents, matching } from './schema.ts';

/** How a column is searched: by hand past all policies, and by `matches`. */
export interface SearchCase {
  readonly op: string;
  readonly column: Parameters<typeof matchesText>[0];
  readonly hits: number;
  readonly byHand: string;
  readonly value: string;
  readonly query: unknown;
}

const of = (hits: number): readonly SearchCase[] => [
  {
    op: `substring-${hits}`,
    hits,
    column: documents.title,
    byHand: 'title ilike $1',
    value: `%hits${hits}%`,
    query: `hits${hits}`,
  },
  {
    op: `fulltext-${hits}`,
    hits,
    column: documents.body,
    byHand:
      "to_tsvector('pg_catalog.english'::regconfig, body) @@ websearch_to_tsquery('english', $1)",
    value: `hits${hits}`,
    query: `hits${hits}`,
  },
  {
    op: `contains-${hits}`,
    hits,
    column: documents.meta,
    byHand: 'meta @> $1::jsonb',
    value: `{"kind":"hits${hits}"}`,
    query: { kind: `hits${hits}` },
  },
];

export const cases: readonly SearchCase[] = [
  ...matching.flatMap(of),
  {
    op: 'citext',
    hits: 1,
    column: documents.email,
    byHand: 'email = $1::citext',
    value: 'USER7@example.com',
    query: 'USER7@example.com',
  },
];
