import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './steps/root.ts';

// pnpm test:long           every *.long.test.ts
// pnpm test:long <file>    that file alone, also one that only takes more rounds here

const args = process.argv.slice(2);
const namesFiles = args.some((arg) => /\.test\.ts$/.test(arg));
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--config', 'vitest.workspace.ts', ...(namesFiles ? [] : ['.long.test.ts']), ...args],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TENANTRY_LONG: '1' } },
);
process.exitCode = status ?? 1;
