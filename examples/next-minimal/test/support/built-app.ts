import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtPackages } from '../../../../scripts/packaging/built.ts';
import { onceOfAll } from './once.ts';

export const example = join(import.meta.dirname, '../..');
export const home = join(example, '.build');
const dayMs = 24 * 60 * 60 * 1000;

/** The files of the application; those of `test/fixture` are laid over them. */
const parts = ['app', 'lib', 'next.config.ts', 'tsconfig.json', 'package.json'];

export type Bundler = 'turbopack' | 'webpack';

/** A copy of the application, beside what a user has installed, not built yet. */
export async function copyOfApp(folder: string, overlays: readonly string[]): Promise<void> {
  const core = join(await builtPackages(), 'core');
  for (const part of parts) cpSync(join(example, part), join(folder, part), { recursive: true });
  for (const overlay of overlays)
    cpSync(join(example, 'test', overlay), folder, { recursive: true });
  const tsconfig = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  delete tsconfig.extends;
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  // copied, not linked: it must find the application's Next and pg
  const target = join(folder, 'node_modules/@tenantry/core');
  for (const part of ['dist', 'package.json'])
    cpSync(join(core, part), join(target, part), { recursive: true });
  for (const name of ['jose', 'tldts'])
    symlinkSync(realpathSync(join(core, 'node_modules', name)), join(folder, 'node_modules', name));
}

/** The application as `next build` makes it. Built once for all files, and anew when a source changes. */
export async function builtApp(
  bundler = (process.env.TENANTRY_BUNDLER ?? 'turbopack') as Bundler,
  overlays: readonly string[] = ['fixture'],
): Promise<string> {
  const packages = await builtPackages();
  const folder = join(home, `${bundler}-${hashOf(packages, overlays)}`);
  const isBuilt = () => existsSync(join(folder, 'built'));
  mkdirSync(home, { recursive: true });
  await onceOfAll(`${folder}.lock`, isBuilt, async () => {
    forgetOld();
    // a build that was killed
    rmSync(folder, { recursive: true, force: true });
    await copyOfApp(folder, overlays);
    await nextBuild(folder, bundler);
    writeFileSync(join(folder, 'built'), '');
  });
  utimesSync(folder, new Date(), new Date());
  return folder;
}

/** Runs `next build`; its output is in the error. It needs no network. */
export async function nextBuild(folder: string, bundler: Bundler): Promise<string> {
  const next = join(example, 'node_modules/next/dist/bin/next');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [next, 'build', `--${bundler}`, folder],
    { env: { ...environment(), ...forBuild, NODE_ENV: 'production' }, maxBuffer: 1e8 },
  );
  return stdout + stderr;
}

/** `next build` loads the module that opens the pool, and connects to nothing. */
const forBuild = { DATABASE_URL: 'postgres://build', DATABASE_URL_SYSTEM: 'postgres://build' };

/** Without what Vitest, and Next in this process, set for themselves. */
export function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, TURBOPACK, VITEST, ...env } = process.env;
  return { ...env, NEXT_TELEMETRY_DISABLED: '1' };
}

/** What no run used for a day goes. */
function forgetOld(): void {
  if (!existsSync(home)) return;
  for (const name of readdirSync(home)) {
    const old = join(home, name);
    const { mtimeMs } = statSync(old, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > dayMs) rmSync(old, { recursive: true, force: true });
  }
}

function hashOf(packages: string, overlays: readonly string[]): string {
  const hash = createHash('sha256').update(packages);
  for (const part of [...parts, ...overlays.map((overlay) => join('test', overlay))]) {
    for (const file of filesOf(join(example, part))) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): string[] {
  try {
    return (readdirSync(path, { recursive: true, withFileTypes: true }) ?? [])
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name))
      .sort();
  } catch {
    return [path];
  }
}
