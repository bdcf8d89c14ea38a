/**
 * Test files that do not run on a cluster, each with the reason. Every other file of this folder does: see
 * `vitest.workspace.ts`.
 */
export const leftOutOnCitus: Readonly<Record<string, string>> = {
  'demo-notices.test.ts': 'shows that the demo can fail: demo-claims is what must hold',
  'isolation.slow.test.ts': 'about the schemas of one server: citus/isolation.slow.test.ts',
  'lite.test.ts': 'another variant of the application',
  'migrations.slow.test.ts': 'about the migrations of one server',
  'partitions.test.ts': 'on a cluster the rows are in shards',
  'readme.test.ts': 'needs no database',
};
