import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, vi } from 'vitest';
import { requireFromHere } from '../src/package-files.ts';
import { folderPrefix } from '../src/server/keeper.ts';

/** Runs a TypeScript program of `test/fixtures` in a process of its own. */
export function spawnFixture(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const tsx = pathToFileURL(requireFromHere.resolve('tsx')).href;
  const file = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
  return spawn(
    process.execPath,
    ['--conditions=@tenantry/source', '--import', tsx, file, ...args],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** The first line a program writes; rejects with its errors when it ends without one. */
export function firstLineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    child.stderr?.on('data', (text) => {
      errors += String(text);
    });
    child.stdout?.on('data', (text) => {
      output += String(text);
      const end = output.indexOf('\n');
      if (end >= 0) resolve(output.slice(0, end));
    });
    child.once('close', () => (output === '' ? reject(new Error(errors)) : resolve(output)));
  });
}

/** The exit code or signal of a program. */
export function endOf(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? child.signalCode);
  }
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}

/** Runs `work` with a new folder, which other accounts may enter and write, as they may /tmp. */
export async function withFolder<T>(
  work: (folder: string) => Promise<T>,
  { mode = 0o1777, name = 'tt with spaces ' }: { mode?: number; name?: string } = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), name));
  await chmod(folder, mode);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The folders of servers in `parent`; other programs put things into TMPDIR too. */
export async function serverFolders(parent: string): Promise<string[]> {
  return (await readdir(parent)).filter((name) => name.startsWith(folderPrefix));
}

/** The process ids of the servers whose folders are in `parent`. */
export async function serverPids(parent: string): Promise<number[]> {
  const folders = await serverFolders(parent);
  const pids = await Promise.all(
    folders.map(async (folder) => {
      const file = join(parent, folder, 'data', 'postmaster.pid');
      const text = await readFile(file, 'utf8').catch(() => undefined);
      return text === undefined ? [] : [Number(text.split('\n')[0])];
    }),
  );
  return pids.flat();
}

/** How a program of `start-and.ts` is to end, and the exit code or signal that tells it did. */
export interface Ending {
  readonly way: 'wait' | 'exit' | 'throw' | 'nothing';
  readonly signal: NodeJS.Signals | undefined;
  readonly end: number | string;
}

const ownServer = {
  TEST_DATABASE_URL: '',
  TEST_POSTGRES: process.env.TEST_POSTGRES || 'embedded',
};

/** Starts a server in another process, ends that process, and waits until nothing is left. */
export async function expectNothingLeft({ way, signal, end }: Ending): Promise<void> {
  await withFolder(async (folder) => {
    const child = spawnFixture('start-and.ts', [way], { ...ownServer, TMPDIR: folder });
    await firstLineOf(child);
    const pids = signal === undefined ? [] : await serverPids(folder);
    if (signal !== undefined) {
      expect(pids.map(isAlive)).toEqual([true]);
      child.kill(signal);
    }
    expect(await endOf(child)).toBe(end);
    await vi.waitFor(async () => expect(await serverFolders(folder)).toEqual([]), 120_000);
    expect(pids.filter(isAlive)).toEqual([]);
  });
}

/** As `expectNothingLeft`, with SIGKILL so early that the server may not run yet. */
export async function expectNothingLeftAfterKill(afterMs: number): Promise<void> {
  await withFolder(async (folder) => {
    const child = spawnFixture('start-and.ts', ['wait'], { ...ownServer, TMPDIR: folder });
    await vi.waitFor(async () => expect(await serverFolders(folder)).toHaveLength(1), {
      timeout: 120_000,
      interval: 5,
    });
    await sleep(afterMs);
    child.kill('SIGKILL');
    await endOf(child);
    await vi.waitFor(async () => expect(await serverFolders(folder)).toEqual([]), 120_000);
  });
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
