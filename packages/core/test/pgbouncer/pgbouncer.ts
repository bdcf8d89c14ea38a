import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { sleep } from '../support/wait.ts';

export interface PgBouncer {
  readonly version: string;
  /** The same connection string, through the pooler. */
  url(direct: string): string;
  stop(): Promise<void>;
}

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
const find = (program: string) => folders.map((folder) => join(folder, program)).find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why there can be no PgBouncer here, which only a CI without apt may have; else undefined. */
export function excuse(): string | undefined {
  if (find('pgbouncer') !== undefined) return undefined;
  if (process.env.CI !== undefined && find('apt-get') === undefined) {
    return 'NOT TESTED: PgBouncer is not installed, and this CI has no apt-get to install it.';
  }
  throw new Error('PgBouncer is not installed. Run: apt-get install -y pgbouncer');
}

/** Starts PgBouncer in transaction mode in front of a server, on a free port, as nobody special. */
export async function startPgBouncer(
  server: string,
  serverConnections: number,
): Promise<PgBouncer> {
  const program = find('pgbouncer') as string;
  const target = new URL(server);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-pgbouncer-'));
  const users = join(folder, 'users.txt');
  const settings = join(folder, 'pgbouncer.ini');
  writeFileSync(users, '"web" "web"\n"worker" "worker"\n');
  writeFileSync(
    settings,
    `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 500
log_connections = 0
log_disconnections = 0
`,
  );
  const identity = ordinaryAccount();
  for (const path of [folder, users, settings]) {
    if (identity !== undefined) chownSync(path, identity.uid, identity.gid);
  }
  const child = spawn(program, ['-q', settings], {
    ...identity,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = once(child, 'exit');
  const url = (direct: string) => {
    const through = new URL(direct);
    through.host = `127.0.0.1:${port}`;
    return through.href;
  };
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // whatever ends the tests ends it too
  const stop = async () => {
    process.removeListener('exit', kill);
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  await untilReady(url, target).catch(async (error) => {
    await stop();
    throw new Error(`PgBouncer did not start: ${log}`, { cause: error });
  });
  return { version: versionOf(program), url, stop };
}

/** PgBouncer refuses to run as root. */
function ordinaryAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody']).toString());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

const versionOf = (program: string) =>
  /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version']).toString())?.[0] ?? 'unknown';

async function untilReady(url: (direct: string) => string, target: URL): Promise<void> {
  const login = new URL(target);
  login.username = 'web';
  login.password = 'web';
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client(url(login.href));
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (attempt === 2400) throw error;
      await sleep(50);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
