import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Options } from 'tsup';
import { root } from '../steps/root.ts';
import { type Package, publishablePackages } from './packages.ts';

const cache = join(root, 'node_modules/.cache/tenantry-built');
const dayMs = 24 * 60 * 60 * 1000;

/**
 * The packages as a user has them installed, without declarations: built, with the manifest that
 * `pnpm publish` writes, beside their dependencies. A command of theirs starts three times as fast
 * as from its sources. Built once for all processes, and anew when a source changes.
 *
 * @returns A folder with one folder a package, by the names of `packages/`.
 */
export async function builtPackages(): Promise<string> {
  const packages = publishablePackages();
  const folder = join(cache, hashOf(packages));
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  forgetOld();
  const draft = `${folder}-${randomBytes(4).toString('hex')}`;
  for (const pkg of packages) await buildInto(draft, folder, pkg, packages);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // another process was first
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function buildInto(draft: string, folder: string, pkg: Package, all: readonly Package[]) {
  const target = join(draft, pkg.folder);
  mkdirSync(target, { recursive: true });
  const { publishConfig, ...manifest } = JSON.parse(
    readFileSync(join(pkg.path, 'package.json'), 'utf8'),
  );
  writeFileSync(join(target, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }));
  for (const name of manifest.files) {
    if (name !== 'dist') cpSync(join(pkg.path, name), join(target, name), { recursive: true });
  }
  for (const name of installedIn(join(pkg.path, 'node_modules'))) {
    const own = all.find((other) => other.manifest.name === name);
    const link = join(target, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(own ? join(folder, own.folder) : join(pkg.path, 'node_modules', name), link);
  }
  const { default: options } = (await import(
    pathToFileURL(join(pkg.path, 'tsup.config.ts')).href
  )) as { default: Options };
  const entries = Object.entries(options.entry as Record<string, string>);
  await build({
    ...options,
    entry: Object.fromEntries(entries.map(([name, file]) => [name, join(pkg.path, file)])),
    outDir: join(target, 'dist'),
    external: [/^[^./]/], // what tsup leaves out for the package.json of its working directory
    config: false,
    dts: false,
    sourcemap: false,
    silent: true,
  });
}

/** The packages in a folder `node_modules`, those of scopes included. */
export function installedIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((n) => `${name}/${n}`) : [name],
    );
}

/** Of everything that is built from, and of where it lies: links are absolute. */
function hashOf(packages: readonly Package[]): string {
  const hash = createHash('sha256').update(root);
  hash.update(readFileSync(join(root, 'pnpm-lock.yaml')));
  hash.update(readFileSync(join(root, 'scripts/package-build.ts')));
  for (const { path } of packages) {
    for (const name of ['package.json', 'tsup.config.ts', 'bin', 'programs', 'src']) {
      for (const file of filesOf(join(path, name))) hash.update(file).update(readFileSync(file));
    }
  }
  return hash.digest('hex').slice(0, 20);
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return (readdirSync(path, { recursive: true }) as string[])
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}

/** What no run used for a day goes. */
function forgetOld(): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const old = join(cache, name);
    const age = Date.now() - (statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > dayMs) rmSync(old, { recursive: true, force: true });
  }
}
