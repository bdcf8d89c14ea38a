import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { keepsPreparedStatements, pgBouncerVersion, startPgBouncer } from '../src/pooler/index.ts';
import { testDatabase } from '../src/vitest.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-fake-pgbouncer-'));
chmodSync(folder, 0o777); // PgBouncer runs as another account
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** Another PgBouncer before the installed one. */
function install(version: string, otherwise: string): void {
  const program = join(folder, 'pgbouncer');
  const print = `if [ "$1" = --version ]; then echo "PgBouncer ${version}"; exit; fi`;
  writeFileSync(program, `#!/bin/sh\n${print}\n${otherwise}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
}
const target = { host: '127.0.0.1', port: 5432 };
const logins = { web: 'web' };

test('the version is that of the first one on the path', () => {
  install('1.24.1', '');
  expect(pgBouncerVersion()).toBe('1.24.1');
});

test.each([
  ['1.18.0', false],
  ['1.20.1', false],
  ['0.99.0', false],
  ['unknown', false],
  ['1.21.0', true],
  ['2.0.0', true],
])('whether %s keeps prepared statements: %s', (version, keeps) => {
  expect(keepsPreparedStatements(version)).toBe(keeps);
  install(version, '');
  expect(keepsPreparedStatements()).toBe(keeps);
});

test.each(['1.18.0', '1.20.1', '0.99.0'])(
  'one of version %s is not asked to keep statements',
  async (version) => {
    install(version, 'exit 1');
    await expect(startPgBouncer({ target, logins, preparedStatements: 1 })).rejects.toMatchObject({
      code: 'TEST_POOLER_FAILED',
      found: expect.stringContaining(`PgBouncer ${version}`),
    });
  },
);

test('one that ends at once is told with what it has written', async () => {
  install('1.21.0', 'echo "cannot read it" >&2; exit 3');
  await expect(startPgBouncer({ target, logins, preparedStatements: 1 })).rejects.toMatchObject({
    code: 'TEST_POOLER_FAILED',
    found: expect.stringMatching(/ended with 3: cannot read it/),
    fix: expect.not.stringContaining('Install'),
  });
});

test('one that never listens is ended after the limit', async () => {
  const pid = join(folder, 'pid');
  // as one that waits for its clients: it does not end when it is asked to
  install('1.21.0', `trap '' INT TERM; echo $$ > ${pid}; while :; do sleep 0.05; done`);
  await expect(startPgBouncer({ target, logins, startTimeoutMs: 500 })).rejects.toMatchObject({
    code: 'TEST_POOLER_FAILED',
    found: expect.stringContaining('500 ms'),
    fix: expect.not.stringContaining('Install'),
  });
  expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
});

const version = pgBouncerVersion();

test.runIf(version !== undefined)(
  `PgBouncer ${version} ends although a client has a transaction open`,
  async () => {
    const database = await testDatabase();
    const { hostname: host, port, username, password } = new URL(database.url);
    const pooler = await startPgBouncer({
      target: { host, port: Number(port) },
      logins: { [decodeURIComponent(username)]: decodeURIComponent(password) },
    });
    const client = new pg.Client({ connectionString: pooler.url(database.url) });
    const lost = new Promise((resolve) => client.once('error', resolve));
    await client.connect();
    await client.query('begin');
    await client.query('select 1');
    await pooler.stop();
    await lost;
    await expect(
      new pg.Client({ connectionString: pooler.url(database.url) }).connect(),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await pooler.stop(); // a second time changes nothing
  },
);
