/**
 * Test files that do not run once more on a cluster, each with the reason. Every other file of this folder
 * does: see `vitest.workspace.ts`.
 */
export const leftOut: Readonly<Record<string, string>> = {
  'definition.test.ts': 'needs no database',
  'moves-of-several.test.ts': 'a table that is partitioned by hand',
  'partitions.test.ts': 'tables that are partitioned by hand',
  'recipes.test.ts': 'what a page of the docs compares, on tables without limits',
  'races.long.test.ts': 'races.slow.test.ts, for longer',
  'refusals-on-citus.test.ts': 'needs no database',
  'shapes.test.ts': 'a signed context, and schemas that generate refuses',
  'size.slow.test.ts': 'counts blocks of plans, which on Citus are those of one node alone',
  'states.long.test.ts': 'states.test.ts, for longer',
};
