import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, TenantryError } from '../errors.ts';
import { serverAccount } from '../server/account.ts';
import { throughPort } from '../through-port.ts';
import { findPgBouncer, keepsPreparedStatements, pgBouncerVersion } from './version.ts';

/** Options of {@link startPgBouncer}. */
export interface PgBouncerOptions {
  /** The server behind it. */
  readonly target: { readonly host: string; readonly port: number };
  /** The password of each login that comes through it. */
  readonly logins: Readonly<Record<string, string>>;
  /** Connections to the server for each login and database (`default_pool_size`), from 1. Default: 10. */
  readonly connections?: number;
  /**
   * How many prepared statements it keeps for a connection (`max_prepared_statements`). 0 keeps none, as
   * every version before 1.21. Default: 0.
   */
  readonly preparedStatements?: number;
  /** How long it may take to accept connections, in milliseconds. Default: 10,000. */
  readonly startTimeoutMs?: number;
}

/** A PgBouncer in transaction mode. */
export interface PgBouncer {
  /** `1.24.1` */
  readonly version: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** The same connection string, through the pooler. */
  url(targetUrl: string): string;
  /** Ends it and its connections at once, also those with an open transaction. */
  stop(): Promise<void>;
}

/**
 * Starts the installed PgBouncer in transaction mode in front of a server, on a free port. It ends with this
 * process, if not before.
 *
 * @throws TenantryError `TEST_POOLER_FAILED` when it is not installed, too old to keep prepared statements,
 *   or does not start
 * @example
 * ```ts
 * const pooler = await startPgBouncer({
 *   target: { host: '127.0.0.1', port: 5432 },
 *   logins: { web: 'password' },
 * });
 * const pool = createTenantPool(tenancy, { connectionString: pooler.url(databaseUrl) });
 * ```
 */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  const { preparedStatements = 0, startTimeoutMs = 10_000 } = options;
  const program = findPgBouncer();
  const version = pgBouncerVersion();
  if (program === undefined || version === undefined)
    throw new TenantryError('TEST_POOLER_FAILED', { found: 'PgBouncer is not installed.' });
  if (preparedStatements > 0 && !keepsPreparedStatements(version)) {
    throw new TenantryError('TEST_POOLER_FAILED', {
      found: `PgBouncer ${version}, which keeps no prepared statements.`,
      fix: 'Install 1.21 or newer, or leave out preparedStatements.',
    });
  }
  const port = await freePort();
  const account = await serverAccount(); // PgBouncer refuses to run as root
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-pgbouncer-'));
  const settings = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users.txt');
  await writeFile(users, usersOf(options));
  await writeFile(settings, settingsOf(options, version, users, port));
  if (account !== undefined) {
    for (const path of [folder, users, settings]) await chown(path, account.uid, account.gid);
  }
  const child = spawn(program, ['-q', settings], {
    ...(account !== undefined && { uid: account.uid, gid: account.gid }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // whatever ends the tests ends it too
  const ended = once(child, 'exit').catch(() => []);
  const stop = async () => {
    process.removeListener('exit', kill);
    // asked by SIGINT, or from 1.23 on by SIGTERM, it waits for its clients
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  await untilListening(child, port, startTimeoutMs).catch(async (error) => {
    await stop();
    throw error;
  });
  return Object.freeze({ version, port, url: (target: string) => throughPort(target, port), stop });
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

const usersOf = ({ logins }: PgBouncerOptions): string =>
  Object.entries(logins)
    .map(([login, password]) => `${quoted(login)} ${quoted(password)}\n`)
    .join('');

function settingsOf(
  { target, connections = 10, preparedStatements = 0 }: PgBouncerOptions,
  version: string,
  users: string,
  port: number,
): string {
  // from 1.22 on it keeps some by default
  const kept = keepsPreparedStatements(version)
    ? `max_prepared_statements = ${preparedStatements}`
    : '';
  return `[databases]
* = host=${target.host} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 500
log_connections = 0
log_disconnections = 0
${kept}
`;
}

/** Waits until it accepts connections; rejects with what it has written when it ends before, or is late. */
async function untilListening(child: ChildProcess, port: number, limitMs: number): Promise<void> {
  let log = '';
  let gone: string | undefined;
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  child.once('error', (error) => {
    gone = messageOf(error);
  });
  child.once('close', (code, signal) => {
    gone ??= `PgBouncer ended with ${code ?? signal}: ${log.trim() || 'it wrote nothing.'}`;
  });
  const deadline = performance.now() + limitMs;
  while (!(await isListening(port))) {
    if (gone !== undefined) throw new TenantryError('TEST_POOLER_FAILED', { found: gone, fix });
    if (performance.now() > deadline) {
      throw new TenantryError('TEST_POOLER_FAILED', {
        found: `PgBouncer did not listen on port ${port} within ${limitMs} ms: ${log.trim() || 'it wrote nothing.'}`,
        fix: 'Correct what it wrote; on a slow machine give a longer startTimeoutMs.',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const fix =
  'Correct what it wrote. Where another program took the port meanwhile, start it again: each start takes a free port.';

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
