import { randomBytes } from 'node:crypto';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, serverAccount } from './account.ts';
import { type Installation, usableBinaries } from './binaries.ts';
import { startKeeper } from './keeper.ts';
import { settingArguments } from './settings.ts';
import type { StartedServer, StartRequest } from './types.ts';

const superuser = 'postgres';

/** Starts a server from an installation, in a new folder, managed by a keeper process. */
export async function startCluster(
  installation: Installation,
  request: StartRequest,
): Promise<StartedServer> {
  const account = await serverAccount();
  const keeper = await startKeeper(account);
  try {
    const { folder } = keeper;
    const { bin, env } = await usableBinaries(installation, account, folder);
    const password = randomBytes(18).toString('base64url');
    const port = await keeper.order({
      initdb: {
        file: join(bin, 'initdb'),
        args: initdbArguments(folder, await writePassword(folder, password, account)),
      },
      postgres: { file: join(bin, 'postgres'), args: serverArguments(folder, request) },
      env,
    });
    return {
      url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
      stop: keeper.stop,
    };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

async function writePassword(
  folder: string,
  password: string,
  account: Account | undefined,
): Promise<string> {
  const file = join(folder, 'password');
  await writeFile(file, password, { mode: 0o600 });
  if (account !== undefined) await chown(file, account.uid, account.gid);
  return file;
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
  const own = {
    listen_addresses: '127.0.0.1',
    // The path of a socket is limited to about 100 bytes, and the tests use TCP.
    unix_socket_directories: '',
    // In files of the folder, so that even a killed server leaves no shared memory.
    dynamic_shared_memory_type: 'mmap',
    // `tenantry doctor` reports errors of this server as notes and does not fail.
    cluster_name: 'tenantry-testing',
  };
  return ['-D', join(folder, 'data'), ...settingArguments({ ...settings, ...own })];
}
