import { afterAll, describe, expect, test } from 'vitest';
import {
  type AdapterOptions,
  errorToAnswer,
  readAdapterOptions,
  withHeaders,
} from '../../src/adapter/index.ts';
import { tenantMiddleware as ofExpress, tenantErrors } from '../../src/express/index.ts';
import { tenantPlugin } from '../../src/fastify/index.ts';
import { tenantMiddleware as ofHono } from '../../src/hono.ts';
import { createTenantPool, TenantryError } from '../../src/index.ts';
import { createTenantNext } from '../../src/next/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { tenancy } from '../support/database.ts';

// it connects with the first statement: never
const pool = createTenantPool(tenancy, { host: '127.0.0.1', port: 1 });
afterAll(() => pool.end());

describe('options of an adapter that are none are refused when the application starts', () => {
  const given = { resolve: header('x-tenant', { by: 'slug' }), user: () => 'ada' };
  const adapters: [string, (options: never) => unknown][] = [
    ['Express', (options) => ofExpress(pool, options)],
    ['Fastify', (options) => tenantPlugin(pool, options)],
    ['Hono', (options) => ofHono(pool, options)],
    ['Next.js', (options) => createTenantNext(pool, options)],
  ];
  const mistakes: [string, object][] = [
    ['option errors', { errors: 'thrown' }],
    ['option cancelOnDisconnect', { cancelOnDisconnect: 'false' }],
    ['option logger', { logger: { warn() {} } }],
    ['option logger', { logger: null }],
  ];
  for (const [name, adapter] of adapters) {
    test.each(mistakes)(`${name}: %s, %j`, (found, mistake) => {
      const make = () => adapter({ ...given, ...mistake } as never);
      expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', found }));
    });
  }

  test('tenantErrors: option logger', () => {
    expect(() => tenantErrors({ logger: {} as never })).toThrow('option logger');
  });
});

describe('errorToAnswer', () => {
  const logged: unknown[] = [];
  const logger = { error: (error: unknown) => logged.push(error) };
  const answered = (
    options: Partial<AdapterOptions<unknown>>,
    error: unknown,
    isLogged = false,
  ) => {
    logged.length = 0;
    return errorToAnswer(error, readAdapterOptions({ ...options, logger }), isLogged);
  };
  const refused = new TenantryError('ROW_FORBIDDEN');
  const failed = new TenantryError('POOL_UNAVAILABLE');

  test('gives errors of Tenantry, and logs those whose cause is hidden', () => {
    expect([answered({}, refused), logged]).toEqual([refused, []]);
    expect([answered({}, failed), logged]).toEqual([failed, [failed]]);
    const ofDrizzle = Object.assign(new Error('', { cause: failed }), { query: 'x', params: [] });
    expect([answered({}, ofDrizzle), logged]).toEqual([failed, [failed]]);
  });

  test('logs nothing twice', () => {
    expect([answered({}, failed, true), logged]).toEqual([failed, []]);
  });

  test('leaves others, and with errors: throw all of them, to the framework', () => {
    expect([answered({}, new Error('own')), logged]).toEqual([undefined, []]);
    expect([answered({ errors: 'throw' }, failed), logged]).toEqual([undefined, []]);
  });
});

describe('withHeaders', () => {
  test('adds headers to a response, also to one whose headers are fixed', async () => {
    for (const response of [Response.json('a'), Response.redirect('http://a.app/', 303)]) {
      const answer = withHeaders(response, { 'x-a': 'b', 'x-c': 'd' });
      expect([answer.headers.get('x-a'), answer.headers.get('x-c')]).toEqual(['b', 'd']);
      expect([answer.status, answer.statusText]).toEqual([response.status, response.statusText]);
    }
    expect(await withHeaders(Response.json('a'), { 'x-a': 'b' }).json()).toBe('a');
  });

  test('keeps cookies, and a response that gets no header', () => {
    const headers = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    const response = new Response(null, { headers });
    expect(withHeaders(response, { 'x-a': 'b' }).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(withHeaders(response, {})).toBe(response);
    const broken = Response.error();
    expect(withHeaders(broken, { 'x-a': 'b' })).toBe(broken);
  });
});
