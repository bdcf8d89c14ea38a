import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { TenantryError } from '@tenantry/core';
import { afterAll, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Receive, serveSockets } from '../src/sockets.ts';
import { listen } from './listen.ts';
import { frameworkWorld, resolve } from './world.ts';

const { pool, names, asAda, asStranger } = await frameworkWorld();
const errors: unknown[] = [];
/** What the tests put into the steps of a handshake and of a message. */
let user: (id: string | undefined) => Promise<string | undefined>;
let receive: Receive;
beforeEach(() => {
  errors.length = 0;
  user = async (id) => id;
  receive = async (text, socket) => socket.send(JSON.stringify([text, await names()]));
});

const beside = (server: Server) =>
  serveSockets(server, pool, {
    resolve,
    user: ({ headers }) => user(headers['x-user'] as string | undefined),
    open: () => (text, socket) => receive(text, socket),
    logger: { error: (error) => errors.push(error) },
  });
const { url, close } = await listen((_, response) => response.end('http'), beside);
afterAll(close);

const open = async (headers: Record<string, string>) => {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  await once(socket, 'open');
  return socket;
};
/** What is answered to a handshake that is refused. */
async function refusal(headers: Record<string, string>) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  const [, answer] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const part of answer) body += part;
  return { status: answer.statusCode, body };
}
/** A handshake over a plain connection. */
function handshake(): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  const lines = [
    ...['GET / HTTP/1.1', 'host: a', 'connection: Upgrade', 'upgrade: websocket'],
    ...['sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='],
    ...Object.entries(asAda).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}
/** It works still, whatever came before. */
async function alive() {
  const socket = await open(asAda);
  const id = randomUUID();
  socket.send(id);
  const [answer] = await once(socket, 'message');
  expect(JSON.parse(String(answer))).toEqual([id, ['Anvil', 'Rocket']]);
  socket.close();
  await once(socket, 'close');
}

test.each([
  [404, 'TENANT_NOT_FOUND', asStranger],
  [401, 'NOT_AUTHENTICATED', { 'x-tenant': 'acme' }],
  [400, 'TENANT_CLAIM_MISSING', {}],
])('a refusal has the status of its error: %i', async (status, code, headers) => {
  const refused = await refusal(headers as Record<string, string>);
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([status, code]);
  expect(errors).toEqual([]);
});

test.each([
  [503, new TenantryError('POOL_UNAVAILABLE')],
  [500, new Error('a secret of the application')],
])('an error of the server is logged and not told: %i', async (status, error) => {
  user = () => Promise.reject(error);
  const refused = await refusal(asAda);
  expect(refused.status).toBe(status);
  expect(refused.body).not.toContain('secret');
  expect(errors).toEqual([error]);
});

test('a client that resets the connection during the handshake ends nothing', async () => {
  let asked = false;
  let proceed = () => {};
  user = (id) =>
    new Promise((done) => {
      asked = true;
      proceed = () => done(id);
    });
  const socket = handshake();
  await expect.poll(() => asked).toBe(true);
  socket.resetAndDestroy();
  await once(socket, 'close');
  proceed();
  user = async (id) => id;
  await alive();
});

test('a frame that is none closes its WebSocket alone', async () => {
  const socket = handshake();
  await once(socket, 'data');
  socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await once(socket, 'close');
  await expect.poll(() => errors).toHaveLength(1);
  await alive();
});

test('a message that fails closes its WebSocket, and is logged', async () => {
  const failed = new Error('of the application');
  receive = () => Promise.reject(failed);
  const socket = await open(asAda);
  socket.send('x');
  const [code] = await once(socket, 'close');
  expect([code, errors]).toEqual([1011, [failed]]);
});
