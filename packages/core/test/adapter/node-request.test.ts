import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeRequest } from '../../src/adapter/index.ts';
import type { TenantRequest } from '../../src/resolvers/index.ts';
import { until } from '../support/wait.ts';

const server = createServer();
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

/** What is read of a request of these lines. */
async function read(...lines: string[]): Promise<TenantRequest> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [incoming, response] = await once(server, 'request');
  response.end();
  socket.destroy();
  return nodeRequest(incoming as IncomingMessage);
}

describe('nodeRequest', () => {
  test('knows whose client left in the middle of the body', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf');
    const [incoming] = await once(server, 'request');
    const request = nodeRequest(incoming as IncomingMessage);
    expect(request.isCutOff).toBe(false);
    socket.destroy();
    await until(() => request.isCutOff === true, 'the server has seen the client leave');
    const whole = await read('GET / HTTP/1.1', 'Host: a');
    expect(whole.isCutOff).toBe(false);
  });

  test('reads method, path, host and headers as they were sent', async () => {
    const request = await read(
      'POST /orgs/%61//b?x=/y HTTP/1.1',
      'Host: a.acme.app:3000',
      'X-One: 1',
    );
    expect(request).toMatchObject({
      method: 'POST',
      path: '/orgs/%61//b',
      host: 'a.acme.app:3000',
    });
    expect(request.header('X-ONE')).toBe('1');
    expect(request.header('x-two')).toBeUndefined();
    expect(request.param).toBeUndefined();
  });

  test('keeps repeated headers apart', async () => {
    const request = await read('GET / HTTP/1.1', 'host: a', 'host: b', 'x-one: 1', 'x-one: 1');
    expect(request.host).toEqual(['a', 'b']);
    expect(request.header('x-one')).toEqual(['1', '1']);
  });

  test('has no host where none was sent', async () => {
    const request = await read('GET / HTTP/1.0');
    expect(request.host).toBeUndefined();
  });

  test('takes an address in absolute form apart, and its host for a second one', async () => {
    const same = await read('GET http://A.app/orgs/x?y HTTP/1.1', 'host: a.app');
    expect([same.path, same.host]).toEqual(['/orgs/x', 'a.app']);
    const other = await read('GET http://b.app HTTP/1.1', 'host: a.app');
    expect([other.path, other.host]).toEqual(['/', ['a.app', 'b.app']]);
  });

  test('reads the path before a router took its mount path off', () => {
    const request = nodeRequest({ url: '/projects', originalUrl: '/orgs/x/projects', headers: {} });
    expect(request.path).toBe('/orgs/x/projects');
  });

  test('reads requests of HTTP/2 and of inject, which have no rawHeaders', () => {
    const request = nodeRequest({ url: '/', headers: { ':authority': 'a.app', 'x-one': '1, 2' } });
    expect(request.host).toBe('a.app');
    expect(request.header('x-one')).toBe('1, 2');
    const two = nodeRequest({ url: '/', headers: { ':authority': 'a.app', host: 'b.app' } });
    expect(two.host).toEqual(['b.app', 'a.app']);
  });
});
