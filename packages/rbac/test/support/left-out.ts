/**
 * Test files that do not run once more on a cluster, each with the reason. Every other file of this folder
 * does: see `vitest.workspace.ts`.
 */
export const leftOut: Readonly<Record<string, string>> = {
  'agreement.long.test.ts': 'agreement.slow.test.ts, for longer',
  'api-key-news.test.ts': 'about a cache that listens, which there is none of',
  'definition.test.ts': 'needs no database',
  'drizzle-1.0.alone.test.ts': 'about what generate writes',
  'invasion.long.test.ts': 'invasion.slow.test.ts, for longer',
  'other-shapes.test.ts': 'a signed context and a search, which generate refuses',
  'plans.slow.test.ts': 'counts blocks of plans, which on Citus are those of one node alone',
  'policy-terms.test.ts': 'needs no database',
  'react.test.ts': 'needs no database',
};
