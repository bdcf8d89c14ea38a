import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestingError } from '../errors.ts';
import { packageFile } from '../package-files.ts';
import { serverAccount } from './account.ts';
import { type Installation, usableBinaries } from './binaries.ts';
import { createServerFolder } from './folder.ts';
import { settingArguments } from './settings.ts';
import type { StartedServer, StartRequest } from './types.ts';

interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What the keeper (programs/keeper.mjs) is told on its standard input. */
export interface KeeperOrder {
  readonly initdb: Command;
  readonly postgres: Command;
  readonly env: NodeJS.ProcessEnv;
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
}

type KeeperReport = { readonly port: number } | { readonly failed: string; readonly log: string };

const superuser = 'postgres';

/** Starts a server of its own from an installation, in a new folder, kept by a keeper process. */
export async function startCluster(
  installation: Installation,
  request: StartRequest,
): Promise<StartedServer> {
  const account = await serverAccount();
  const folder = await createServerFolder(account);
  const keeper = spawnKeeper(folder);
  try {
    const { bin, env } = await usableBinaries(installation, account, folder);
    const password = randomBytes(18).toString('base64url');
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
    const report = await keeper.order({
      initdb: { file: join(bin, 'initdb'), args: initdbArguments(folder, passwordFile) },
      postgres: { file: join(bin, 'postgres'), args: serverArguments(folder, request) },
      env,
      account: account && { uid: account.uid, gid: account.gid },
    });
    if ('failed' in report) throw startFailed(bin, report);
    return {
      url: `postgres://${superuser}:${password}@127.0.0.1:${report.port}/postgres`,
      stop: keeper.stop,
    };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

function initdbArguments(folder: string, passwordFile: string): string[] {
  return [
    `--pgdata=${join(folder, 'data')}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
}

function serverArguments(folder: string, { settings }: StartRequest): string[] {
  // No Unix socket: its path has a limit of about 100 bytes, and TCP is what the tests use.
  const own = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  return ['-D', join(folder, 'data'), ...settingArguments({ ...settings, ...own })];
}

function startFailed(bin: string, report: { failed: string; log: string }): TestingError {
  const tail = report.log.trimEnd().split('\n').slice(-40).join('\n');
  return new TestingError('TEST_POSTGRES_START_FAILED', {
    found: `${report.failed} (${bin}). Log:\n${tail}\n`,
  });
}

interface Keeper {
  order(order: KeeperOrder): Promise<KeeperReport>;
  stop(): Promise<void>;
}

/** The keeper is told to stop by the end of its standard input, which our death ends too. */
function spawnKeeper(folder: string): Keeper {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [packageFile('programs', 'keeper.mjs'), folder], {
    cwd: '/',
    detached: true,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin.on('error', () => {});
  return {
    async order(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const report = await Promise.race([firstLine(child), exited]);
      if (report === undefined) {
        return { failed: `the keeper process ended (exit ${child.exitCode})`, log: '' };
      }
      letGo(child);
      return JSON.parse(report) as KeeperReport;
    },
    async stop() {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

/** The server must not keep the process of the tests alive. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) {
    (stream as (typeof stream & { unref?: () => void }) | null)?.unref?.();
  }
}
