import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { finished } from 'node:stream/promises';
import { Hono } from 'hono';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../src/http/listen.ts';
import type { SessionEnv } from '../src/session.ts';

/** A server with a request that ends when the test lets it. */
async function slowServer() {
  let begun = () => {};
  let letGo = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const mayEnd = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const app = new Hono<SessionEnv>()
    .get('/slow', async (c) => {
      begun();
      await mayEnd;
      return c.text('done');
    })
    .get('/quick', (c) => c.text('done'));
  const server = await listen(app, { port: 0 });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const ask = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ port: server.port, path, agent }, (response) => resolve(response.resume())).on(
        'error',
        reject,
      );
    });
  return { server, ask, hasBegun, letGo };
}

it('answers the requests that are under way, and takes no new ones', async () => {
  const { server, ask, hasBegun, letGo } = await slowServer();
  const answer = ask('/slow');
  await hasBegun;
  const closed = server.close();
  expect(server.isDraining()).toBe(true);
  const refused = connect(server.port, '127.0.0.1');
  const [error] = await once(refused, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  letGo();
  expect((await answer).statusCode).toBe(200);
  await closed;
});

it('does not wait for connections that are idle', async () => {
  const { server, ask } = await slowServer();
  const response = await ask('/quick');
  await finished(response);
  await server.close();
});

it('cuts off a request that takes longer than the grace', async () => {
  const { server, ask, hasBegun } = await slowServer();
  const answer = ask('/slow').catch((error) => error);
  await hasBegun;
  await server.close(1);
  expect(await answer).toMatchObject({ code: 'ECONNRESET' });
});
