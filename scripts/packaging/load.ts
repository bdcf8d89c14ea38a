import { join } from 'node:path';
import { command } from '../steps/command.ts';
import { type Package, specifiers } from './packages.ts';

const importAll = `for (const name of process.argv.slice(1)) print(name, await import(name));`;
const requireAll = `for (const name of process.argv.slice(1)) print(name, require(name));`;
// Node adds these two names to a CommonJS module by itself.
const print = `function print(name, module) {
  const names = Object.keys(module).filter((n) => n !== 'default' && n !== 'module.exports');
  console.log(name + ': ' + names.sort().join(' '));
}`;

/**
 * Imports the ESM and requires the CommonJS build of every export path, and compares what they
 * export. Runs each command line with `--help`.
 *
 * @param consumer A folder from `layOutConsumer`.
 * @param paths Which export paths of a package to load.
 */
export async function checkLoading(
  packages: readonly Package[],
  consumer: string,
  paths: (all: string[]) => string[] = (all) => all,
): Promise<void> {
  for (const { manifest } of packages) {
    const names = paths(specifiers(manifest));
    const esm = await node(['--input-type=module', '-e', `${print}\n${importAll}`, ...names]);
    const cjs = await node(['--input-type=commonjs', '-e', `${print}\n${requireAll}`, ...names]);
    if (esm !== cjs) {
      throw new Error(`ESM and CommonJS differ.\nimport\n${esm}\nrequire\n${cjs}`);
    }
    for (const file of Object.values(manifest.bin ?? {})) {
      await node([join('node_modules', manifest.name, file), '--help']);
    }
  }

  function node(args: string[]): Promise<string> {
    return command(process.execPath, args, { cwd: consumer, env: { NODE_OPTIONS: '' } });
  }
}
