import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps/root.ts';

// pnpm test:slow           every *.slow.test.ts: what starts many processes or databases; CI runs them too
// pnpm test:slow <file>    that file alone
// pnpm test:long           every *.long.test.ts, and every test that takes more rounds or ways here
// pnpm test:long <file>    that file alone

/** The test files below a folder of packages that ask for TENANTRY_LONG. */
function widerHere(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .flatMap(({ name }) => testsIn(`${parent}/${name}/test`))
    .filter((file) => readFileSync(join(root, file), 'utf8').includes('TENANTRY_LONG'));
}

function testsIn(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name}`);
  } catch {
    return []; // it has no tests
  }
}

const [kind = 'long', ...args] = process.argv.slice(2);
const namesFiles = args.some((arg) => /\.test\.ts$/.test(arg));
const all = [`.${kind}.test.ts`];
if (kind === 'long') all.push(...['packages', 'examples'].flatMap(widerHere));
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--config', 'vitest.workspace.ts', ...(namesFiles ? [] : all), ...args],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [kind === 'long' ? 'TENANTRY_LONG' : 'TENANTRY_SLOW']: '1' },
  },
);
process.exitCode = status ?? 1;
