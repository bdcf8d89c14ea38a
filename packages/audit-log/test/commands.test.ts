import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from 'tenantry';
import { afterAll, expect, test } from 'vitest';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme, world } from './support/world.ts';

const { url, pool, asAda, ask } = await world();
const folder = await mkdtemp(join(tmpdir(), 'audit-'));
afterAll(() => rm(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

const run = (command: string, ...argv: string[]) =>
  runCommand({ tenancy, features: [audit], database: { url } }, [...command.split(' '), ...argv]);

test('the commands seal, maintain, export and verify, with the database and without it', async () => {
  for (let i = 0; i < 30; i++)
    await asAda(() =>
      pool.batch(() => [audit.log(pool, 'thing.happened', { resource: ['thing', `t${i}`] })]),
    );
  expect(await run('audit maintain', '--months-ahead', '5')).toMatchObject({
    code: 0,
    stdout: '✓ 2 partitions made\n',
  });
  for (;;) {
    const { code, stdout } = await run('audit seal');
    expect(code).toBe(0);
    // transactions of other test files on this server hold it back, for a while
    if (!stdout.includes(' wait, ')) break;
  }
  const verified = await run('audit verify', '--save-anchors', file('anchors.json'));
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^✓ \d+ entries: /),
    stderr: '',
  });

  expect(await run('audit export', '--out', file('log.ndjson'))).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(
    (await run('audit verify', '--file', file('log.ndjson'), '--anchors', file('anchors.json')))
      .code,
  ).toBe(0);
  const own = await run('audit export', '--tenant', acme, '--format', 'csv', '--action', 'thing.*');
  expect(own.stdout.split('\r\n')).toHaveLength(32);
  expect((await run('audit export', '--format', 'xml')).code).toBe(2);
});

test('verify names the first bad entry, and its code is 1', async () => {
  const text = await readFile(file('log.ndjson'), 'utf8');
  await writeFile(file('forged.ndjson'), text.replace('"resourceId":"t7"', '"resourceId":"t8"'));
  const found = await run('audit verify', '--file', file('forged.ndjson'));
  expect(found).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/changed +entry [0-9a-f-]{36} of/),
  });
  const [bad] = await ask<{ id: string }>(
    `select id::text from audit_logs where resource_id = 't7'`,
  );
  expect(found.stdout).toContain(bad?.id);
  await ask('alter table audit_logs disable trigger user');
  await ask(`delete from audit_logs where resource_id = 't9'`);
  expect(await run('audit verify', '--json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"ok": false'),
  });
});

test('status says what waits and what is wrong, and verify refuses a file that holds no anchors', async () => {
  expect(await run('audit seal')).toMatchObject({ code: 0 });
  const fine = await run('audit status');
  expect(fine).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^(✓ everything is sealed| {2}\d+ entries wait)/),
  });
  await ask(
    `insert into tenantry.audit_failures (table_name, operation, sqlstate) values ('public.projects', 'INSERT', '23514')`,
  );
  expect(await run('audit status')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(
      '✗ audit-capture-failed: 1 writes to public.projects left no entry',
    ),
  });
  expect(JSON.parse((await run('audit status', '--json')).stdout)).toMatchObject({
    findings: [{ rule: 'audit-capture-failed' }],
  });
  for (const text of ['no json', '{}', '[1]', '[{"tenant": 1}]', '[null]']) {
    await writeFile(file('odd.json'), text);
    const verified = await run('audit verify', '--anchors', file('odd.json'));
    expect(verified).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('✗ CONFIG_INVALID'),
    });
  }
});
