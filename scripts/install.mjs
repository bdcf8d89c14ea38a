import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// node scripts/install.mjs                    everything, for tests and the bench
// node scripts/install.mjs examples/b2b-saas  only what this example needs to run
// Does nothing when that is installed already. Plain JavaScript, because nothing may be there yet.
//
// An example runs on the sources of the packages, without their development dependencies: their peers are
// `dependencies` of the repository itself, where Node finds them.

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [folder] = process.argv.slice(2);
const modules = join(root, 'node_modules/.modules.yaml');

function isInstalled() {
  if (!existsSync(modules)) return false;
  if (statSync(modules).mtimeMs < statSync(join(root, 'pnpm-lock.yaml')).mtimeMs) return false;
  const isWhole = JSON.parse(readFileSync(modules, 'utf8')).included.devDependencies === true;
  return isWhole || (folder !== undefined && existsSync(join(root, folder, 'node_modules')));
}

if (!isInstalled()) {
  const only = folder === undefined ? [] : ['--prod', '--filter', `{${folder}}...`];
  const { npm_execpath: by = '' } = process.env; // the pnpm that runs this script
  const [file, ...args] = /pnpm/.test(by) ? [process.execPath, by] : ['pnpm'];
  // what an example had installed is replaced without a question
  const install = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false', ...only];
  const { status } = spawnSync(file, [...args, ...install], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
