import { access, chmod, constants, cp, lstat, mkdir, readFile, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { messageOf, TenantryError } from '../errors.ts';
import { type Account, runAs } from './account.ts';

/** One installation of PostgreSQL: a folder with `bin`, and `lib` and `share` beside it. */
export interface Installation {
  /** The folder with `initdb` and `postgres`. */
  readonly bin: string;
  /** Whether `bin/..` can be copied to another place and still works. */
  readonly relocatable: boolean;
}

/** An installation that the account can run. */
export interface UsableBinaries {
  readonly bin: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes an installation usable by the account: directly if possible, else as a copy in the server's
 * folder (for binaries below a home directory that only root can enter).
 */
export async function usableBinaries(
  installation: Installation,
  account: Account | undefined,
  folder: string,
): Promise<UsableBinaries> {
  const { bin, relocatable } = installation;
  const env = relocatable ? await environmentInPlace(dirname(bin), folder) : serverEnvironment();
  const inPlace = await whyUnusable(bin, account, env);
  if (inPlace === undefined) return { bin, env };
  if (!relocatable) throw unusable(bin, account, inPlace);

  const copy = { bin: await copyInstallation(dirname(bin), folder), env: serverEnvironment() };
  const copied = await whyUnusable(copy.bin, account, copy.env);
  if (copied !== undefined) throw unusable(copy.bin, account, copied);
  return copy;
}

/** The server does not get the caller's PG* variables, locale and NODE_OPTIONS. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function whyUnusable(
  bin: string,
  account: Account | undefined,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    await runAs(account, join(bin, 'postgres'), ['--version'], env);
    await runAs(account, join(bin, 'initdb'), ['--version'], env);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function unusable(bin: string, account: Account | undefined, why: string): TenantryError {
  const who = account === undefined ? 'this user' : `the account ${account.name}`;
  return new TenantryError('TEST_POSTGRES_START_FAILED', {
    found: `${who} cannot run ${bin} (${why.trim()}).`,
  });
}

interface PackagedLink {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages cannot contain symbolic links: this one lists them, and an install script creates them.
 * pnpm and others skip such scripts, so missing links are created in our folder.
 */
async function environmentInPlace(root: string, folder: string): Promise<NodeJS.ProcessEnv> {
  const missing: PackagedLink[] = [];
  for (const link of await packagedLinks(root)) {
    await lstat(join(dirname(root), link.target)).catch(() => missing.push(link));
  }
  const env = serverEnvironment();
  if (missing.length === 0) return env;
  const links = join(folder, 'links');
  await mkdir(links, { mode: 0o755 });
  for (const { source, target } of missing) {
    await symlink(join(dirname(root), source), join(links, basename(target)));
  }
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  env[variable] = [links, join(root, 'lib')].join(delimiter);
  return env;
}

async function packagedLinks(root: string): Promise<PackagedLink[]> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(list) as PackagedLink[];
}

async function copyInstallation(root: string, folder: string): Promise<string> {
  const copy = join(folder, 'postgresql');
  await cp(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a') && basename(source) !== 'pkgconfig',
  });
  for (const { source, target } of await packagedLinks(root)) {
    const link = join(copy, 'lib', basename(target));
    await lstat(link).catch(() => symlink(basename(source), link));
  }
  const bin = join(copy, 'bin');
  await Promise.all(['initdb', 'postgres'].map((name) => chmod(join(bin, name), 0o755)));
  return bin;
}

/** The major version of an installation, or undefined when it cannot be run. */
export async function majorVersion(bin: string): Promise<string | undefined> {
  try {
    await access(join(bin, 'initdb'), constants.R_OK);
    const env = serverEnvironment();
    const printed = await runAs(undefined, join(bin, 'postgres'), ['--version'], env);
    return /\(PostgreSQL\) (\d+)/.exec(printed)?.[1];
  } catch {
    return undefined;
  }
}
