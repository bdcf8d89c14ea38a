import { type ChildProcess, spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { TenantryError } from '../errors.ts';
import { packageFile } from '../package-files.ts';
import type { Account } from './account.ts';

/** Every folder of ours in the temporary directory begins with this. */
export const folderPrefix = 'tenantry-postgres-';

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Possible places for the folder of a server: the first parent where the account can run programs. */
export interface KeeperPlace {
  readonly parents: readonly string[];
  readonly prefix: string;
  readonly account: Identity | undefined;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** The programs that create and run a server. */
export interface KeeperOrder {
  readonly initdb: Command;
  readonly postgres: Command;
  readonly env: NodeJS.ProcessEnv;
}

type KeeperReport =
  | { readonly folder: string }
  | { readonly port: number }
  | { readonly failed: string; readonly log: string };

/** The process that keeps a server (programs/keeper.mjs), seen from the process of the tests. */
export interface Keeper {
  /** A new folder that only the account can enter, for the data, the log and copied binaries. */
  readonly folder: string;
  /** Starts the server and returns its port. */
  order(order: KeeperOrder): Promise<number>;
  /** Ends the server and removes the folder. */
  stop(): Promise<void>;
}

/** Starts a keeper. It stops at the end of its standard input, which also happens when this process dies. */
export async function startKeeper(account: Account | undefined): Promise<Keeper> {
  const place: KeeperPlace = {
    parents: parentFolders(),
    prefix: folderPrefix,
    account: account && { uid: account.uid, gid: account.gid },
  };
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [packageFile('programs', 'keeper.mjs'), JSON.stringify(place)],
    { cwd: '/', detached: true, env, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  child.stdin.on('error', () => {});
  const exited = new Promise<undefined>((resolve) => {
    child.once('exit', () => resolve(undefined));
    child.once('error', () => resolve(undefined));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function report(): Promise<KeeperReport> {
    const line = await Promise.race([lines.next(), exited]);
    if (line === undefined || line.done === true) {
      return { failed: `its keeper process ended (exit ${child.exitCode})`, log: '' };
    }
    return JSON.parse(line.value) as KeeperReport;
  }

  async function stop(): Promise<void> {
    child.ref();
    child.stdin.end();
    await exited;
  }

  const first = await report();
  if (!('folder' in first)) {
    await stop();
    throw startFailed(first);
  }
  return {
    folder: first.folder,
    async order(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const second = await report();
      if (!('port' in second)) throw startFailed(second);
      letGo(child);
      return second.port;
    },
    stop,
  };
}

/**
 * Creating and copying files is an order of magnitude faster in memory than on many disks, and a test
 * database has a few hundred files; TMPDIR takes precedence when it is set.
 */
function parentFolders(): string[] {
  const first = process.env.TMPDIR ?? (hasRoom('/dev/shm') ? '/dev/shm' : undefined);
  return [...(first === undefined ? [] : [first]), tmpdir(), '/tmp', '/var/tmp'];
}

/** Containers often have a memory file system of only 64 MB. */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= 1024 ** 3;
  } catch {
    return false;
  }
}

/** The server must not keep the process of the tests alive. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) {
    (stream as (typeof stream & { unref?: () => void }) | null)?.unref?.();
  }
}

function startFailed(report: KeeperReport): TenantryError {
  if (!('failed' in report)) return new TenantryError('TEST_POSTGRES_START_FAILED');
  const log = report.log.trimEnd().split('\n').slice(-40).join('\n');
  return new TenantryError('TEST_POSTGRES_START_FAILED', {
    found: log === '' ? `${report.failed}.` : `${report.failed}. Log:\n${log}\n`,
  });
}
