import { strict as assert } from 'node:assert';
import { AsyncResource } from 'node:async_hooks';
import type { AdapterHarness, ConformanceTenant, TestRunner } from './adapter-harness.ts';
import type { applications } from './applications.ts';
import { as, assertProblem, untilEnded } from './assertions.ts';
import { openSocket } from './socket-client.ts';

/** The behaviours of an application that serves WebSockets behind the adapter. */
export function socketConformance(
  { it }: TestRunner,
  { world }: AdapterHarness,
  { serveSocket }: ReturnType<typeof applications>,
): void {
  const [first, second] = world.tenants;
  const open = async (url: string, tenant: ConformanceTenant) => {
    const opened = await openSocket(url, as(tenant));
    assert.ok('ask' in opened, `the handshake got ${JSON.stringify(opened)}`);
    return opened;
  };

  it('lets each message of a WebSocket query in a scope of its own', async () => {
    const ends: (() => Promise<unknown>)[] = [];
    const url = await serveSocket(async () => {
      await world.read();
      ends.push(AsyncResource.bind(world.read));
      const inOwnScope = world.ownScope();
      return async (text) => ({ text, rows: await inOwnScope(world.read) });
    });
    const sockets = await Promise.all(world.tenants.map((tenant) => open(url, tenant)));
    try {
      // a scope as long as a socket would outlive the membership
      for (const read of ends) await untilEnded(read);
      for (const round of ['one', 'two']) {
        const answers = await Promise.all(sockets.map((socket) => socket.ask(round)));
        answers.forEach((answer, i) => {
          const { text, rows } = JSON.parse(answer);
          assert.equal(text, round);
          assert.deepEqual(rows.toSorted(), world.tenants[i]?.rows.toSorted());
        });
      }
    } finally {
      for (const socket of sockets) await socket.close();
    }
    assert.equal(ends.length, world.tenants.length);
  });

  it('refuses a WebSocket before it is opened', async () => {
    let opened = 0;
    const url = await serveSocket(async () => {
      opened += 1;
      return async () => null;
    });
    const refused = await openSocket(url, { 'x-user': first.user, 'x-tenant': second.claim });
    if ('ask' in refused) await refused.close();
    assert.ok(!('ask' in refused), 'a stranger has a WebSocket');
    assertProblem(refused, 404, 'TENANT_NOT_FOUND');
    assert.equal(opened, 0);
  });
}
