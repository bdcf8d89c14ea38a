import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtPackages, installedIn } from './built.ts';
import { publishablePackages } from './packages.ts';

/** What a command printed, and its exit code. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of an example, beside packages as a user has them installed. */
export interface BuiltExample {
  readonly folder: string;
  /** Runs `tenantry` there. It starts ten times as fast as from the sources. */
  tenantry(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Output>;
  remove(): void;
}

/** What is made anew, what is of no use to a command, and settings that extend those of the repository. */
const left = new Set(['node_modules', '.build', '.next', 'test', 'screenshots', 'tsconfig.json']);

/**
 * Copies an example, without what is installed and built, and lays the built packages beside it.
 *
 * @param example Its folder.
 */
export async function builtExample(example: string): Promise<BuiltExample> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'tenantry-example-'));
  for (const name of readdirSync(example)) {
    if (!left.has(name)) cpSync(join(example, name), join(folder, name), { recursive: true });
  }
  await linkInstalled(example, folder);
  const program = join(folder, 'node_modules/tenantry/bin/tenantry.js');
  return {
    folder,
    tenantry: (args, env) =>
      new Promise((done) => {
        const options = { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 1e8 };
        const child = execFile(
          process.execPath,
          [program, ...args],
          options,
          (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
        );
        child.stdin?.end();
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Links what an example has installed into another folder, with the built packages in place of the sources. */
export async function linkInstalled(example: string, folder: string): Promise<void> {
  const built = await builtPackages();
  const packages = publishablePackages();
  for (const name of installedIn(join(example, 'node_modules'))) {
    const own = packages.find(({ manifest }) => manifest.name === name);
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(
      own ? join(built, own.folder) : realpathSync(join(example, 'node_modules', name)),
      link,
    );
  }
}
