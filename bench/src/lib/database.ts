import { createTestDatabase, startTestServer, type TestServer } from '@tenantry/testing';
import { type PostgresProxy, startProxyProcess } from '@tenantry/testing/proxy';
import pg from 'pg';
import { type CpuMeter, createCpuMeter } from './cpu.ts';

/** A database under measurement, a proxy in front of it, and a meter of the server's CPU. */
export interface BenchDatabase {
  /** `server_version`, for instance `18.4`. */
  readonly version: string;
  readonly cpu: CpuMeter;
  readonly proxy: PostgresProxy;
  /** Runs SQL as the login that owns the database. */
  ask<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** The connection string of the login that owns the database. */
  readonly ownerUrl: string;
  /** The connection string of a login, straight to the server or through the proxy. */
  url(login: string, way?: 'direct' | 'proxy'): string;
  end(): Promise<void>;
}

/**
 * Enough memory that no read waits for the disk, no writes by maintenance while measuring, and as
 * much room for connections as all contenders hold at once.
 */
const settings = {
  shared_buffers: '512MB',
  maintenance_work_mem: '256MB',
  max_connections: '600',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
};

/** Starts a server of its own (or takes `TEST_DATABASE_URL`) and makes an empty database in it. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const server = await startTestServer({ settings });
  try {
    return await openIn(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openIn(server: TestServer): Promise<BenchDatabase> {
  const database = await createTestDatabase({ server });
  const { hostname, port } = new URL(database.url);
  const proxy = await startProxyProcess({ target: { host: hostname, port: Number(port) } });
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  // rows of a commit that is not on disk yet are not marked as visible to all by vacuum
  await admin.query('set synchronous_commit = on');
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  return {
    version: server.version,
    cpu: createCpuMeter(rows[0]?.pid ?? 0),
    proxy,
    ownerUrl: database.url,
    ask: async (sql, values) => (await admin.query(sql, values)).rows,
    url(login, way = 'direct') {
      const url = new URL(database.url);
      url.username = login;
      url.password = login;
      return way === 'proxy' ? proxy.url(url.href) : url.href;
    },
    async end() {
      await admin.end();
      await proxy.close();
      await database.drop();
      await server.stop();
    },
  };
}

/** Creates logins whose password is their name, as roles belong to the server, not the database. */
export async function createLogins(
  { ask }: Pick<BenchDatabase, 'ask'>,
  logins: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [login, attributes] of Object.entries(logins)) {
    const name = pg.escapeIdentifier(login);
    const found = await ask('select from pg_roles where rolname = $1', [login]);
    if (found.length === 0) {
      await ask(`create role ${name} login password ${pg.escapeLiteral(login)} ${attributes}`);
    }
  }
}
