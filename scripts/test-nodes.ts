import { spawnSync } from 'node:child_process';
import { root } from './steps/root.ts';

// pnpm test:nodes       the tests in which Node takes part, on Node 22 and 24, which come from npm: conformance of
//                       all adapters, wild requests, and pages in a browser
// pnpm test:nodes 26    on one version

/** As Vitest takes them: beginnings of paths. */
const tests = [
  'packages/core/test/adapter/conformance',
  'packages/core/test/express/conformance',
  'packages/core/test/fastify/conformance',
  'packages/core/test/hono-conformance',
  'examples/frameworks/test',
  'examples/next-minimal/test/conformance',
  'examples/next-minimal/test/browser',
  ...['b2b-saas', 'solo-operator', 'workspaces', 'team-boilerplate'].flatMap((name) =>
    ['fuzz', 'actions.fuzz', 'browser'].map((tests) => `examples/${name}/test/${tests}`),
  ),
];

const asked = process.argv.slice(2);
const failed = (asked.length > 0 ? asked : ['22', '24']).filter((version) => {
  console.log(`\nNode ${version}`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.workspace.ts'];
  const command = ['node', ...vitest, ...tests].join(' ');
  const given = ['--yes', '-p', `node@${version}`, '-c', command];
  const env = { ...process.env, TENANTRY_SLOW: '1' };
  return spawnSync('npx', given, { cwd: root, stdio: 'inherit', env }).status !== 0;
});
for (const version of failed) console.error(`Node ${version}: failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
