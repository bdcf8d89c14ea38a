import { join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import ts from 'typescript';
import { afterAll, expect, test, vi } from 'vitest';
import { frameworkWorld, resolve } from './world.ts';

// its files have the decorators that Nest needs, so they have settings of their own
const folder = join(import.meta.dirname, '../nestjs');
const { createApp } = await import(join(folder, 'app.ts'));

const { pool, asAda, asStranger } = await frameworkWorld();
const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
let mayCreate = true;
const bytes: string[] = [];
const app = await createApp({
  pool,
  options: {
    resolve,
    user: ({ headers }: { headers: Record<string, unknown> }) => headers['x-user'] ?? null,
  },
  mayCreate: {
    requires: 'the permission to create',
    async check() {
      // a guard of Nest runs in the scope, because middleware has opened it
      const { rows } = await pool.query('select count(*)::int as n from projects');
      if (!mayCreate) throw new TenantryError('ROW_FORBIDDEN');
      return { 'x-projects': String(rows[0].n) };
    },
  },
  stripe: async (request: Request) => {
    bytes.push(await request.text());
    return Response.json({ received: true });
  },
});
await app.listen(0, '127.0.0.1');
const origin = await app.getUrl();
afterAll(() => app.close());

const ask = async (path: string, headers: Record<string, string>, init: RequestInit = {}) => {
  const json = { 'content-type': 'application/json', ...headers };
  const response = await fetch(`${origin}${path}`, { headers: json, ...init });
  return { status: response.status, headers: response.headers, body: await response.json() };
};
const posting = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) });

test('handlers run in the scope of the tenant, and strangers get 404', async () => {
  expect(await ask('/projects', asAda)).toMatchObject({ status: 200, body: ['Anvil', 'Rocket'] });
  expect(await ask('/projects', asStranger)).toMatchObject({
    status: 404,
    body: { code: 'TENANT_NOT_FOUND' },
  });
});

test('guards decide in the scope, before the handler', async () => {
  mayCreate = false;
  const refused = await ask('/projects', asAda, posting({ name: 'written' }));
  expect(refused).toMatchObject({ status: 403, body: { code: 'ROW_FORBIDDEN' } });
  mayCreate = true;
  const created = await ask('/projects', asAda, posting({ name: 'written' }));
  expect([created.status, created.body, created.headers.get('x-projects')]).toEqual([
    201,
    { created: 'written' },
    '2',
  ]);
});

test('forgotten work is a 500, and errors of the application are those of Nest', async () => {
  logged.mockClear();
  expect(await ask('/projects/forgets', asAda)).toMatchObject({
    status: 500,
    body: { code: 'SCOPE_WORK_UNFINISHED' },
  });
  expect(logged).toHaveBeenCalledTimes(1);
  expect((await ask('/projects/fails', asAda)).body).toEqual({
    statusCode: 500,
    message: 'Internal server error',
  });
  expect((await ask('/elsewhere', asAda)).body).toMatchObject({ statusCode: 404 });
});

test('a webhook has its bytes, without a tenant', async () => {
  const body = '{ "amount":1.0 }';
  expect(await ask('/webhooks/stripe', {}, { method: 'POST', body })).toMatchObject({
    status: 200,
    body: { received: true },
  });
  expect(bytes).toEqual([body]);
});

test('the files compile', () => {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(folder, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => {},
    },
  );
  const files = config?.fileNames ?? [];
  const program = ts.createProgram(files, config?.options ?? {});
  const found = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual(
    [],
  );
  expect(files).toHaveLength(2);
});
