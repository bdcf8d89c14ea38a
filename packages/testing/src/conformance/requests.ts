import { strict as assert } from 'node:assert';
import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { Serve } from './applications.ts';
import {
  as,
  assertProblem,
  assertRows,
  assertSameAnswer,
  codeOf,
  deferred,
  untilEnded,
  withoutUnhandled,
} from './assertions.ts';
import { multipart, slowly } from './bodies.ts';

/** Longer than any adapter needs to reach a guard, in milliseconds; only a broken one takes it. */
const longest = 5000;

/** The behaviours with methods other than GET, and with bodies. */
export function requestConformance(
  { it }: TestRunner,
  { world, answersAfterScope, guards = false, readsBodyInScope = false }: AdapterHarness,
  serve: Serve,
): void {
  const [first, second] = world.tenants;
  const foreign = { 'x-user': first.user, 'x-tenant': second.claim };
  const unknown = { 'x-user': first.user, 'x-tenant': world.unknownClaim };

  it('answers HEAD like GET, without a body', async () => {
    const ask = serve(world.read);
    for (const tenant of world.tenants) {
      const answer = await ask(as(tenant), { method: 'HEAD' });
      assert.deepEqual([answer.status, answer.body], [200, '']);
    }
    const refused = await ask(foreign, { method: 'HEAD' });
    assert.equal(refused.status, 404);
    assert.match(String(refused.headers['content-type']), /^application\/problem\+json/);
    const forgets = serve(async () => {
      codeOf(world.readSlowly(5000)).catch(() => {});
      await sleep(20);
      return null;
    });
    const { status } = await forgets(as(first), { method: 'HEAD' });
    if (answersAfterScope) assert.equal(status, 500);
  });

  it('neither runs the handler for OPTIONS nor tells which tenants exist', async () => {
    let runs = 0;
    const ask = serve(async () => ++runs);
    const options = { method: 'OPTIONS' };
    const answers = await Promise.all(
      [{}, as(first), foreign, unknown].map((headers) => ask(headers, options)),
    );
    for (const { status } of answers) assert.ok(status < 500, `OPTIONS got ${status}`);
    const [, , toForeign, toUnknown] = answers;
    assert.ok(toForeign && toUnknown);
    assertSameAnswer(toForeign, toUnknown);
    assert.equal(runs, 0, 'a handler ran for OPTIONS');
  });

  it('runs the handler in the scope of the tenant after a body parser', async () => {
    const ask = serve(async (body) => ({ body, rows: await world.read() }));
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const tenant = world.tenants[i % 2] ?? first;
        const sent = { text: `body ${i}`, of: tenant.claim };
        const answer = await ask(
          { ...as(tenant), 'content-type': 'application/json' },
          { method: 'POST', body: slowly(JSON.stringify(sent)) },
        );
        assert.equal(answer.status, 200, answer.body);
        const { body, rows } = JSON.parse(answer.body);
        assert.deepEqual(body, sent);
        assert.deepEqual(rows.toSorted(), tenant.rows.toSorted());
      }),
    );
  });

  it('runs the handler in the scope of the tenant after an upload', async () => {
    const ask = serve(async (body) => ({ body, rows: await world.read() }));
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const tenant = world.tenants[i % 2] ?? first;
        const form = multipart({ name: `upload ${i}`, file: 150_000 + i });
        const answer = await ask(
          { ...as(tenant), ...form.headers },
          { method: 'POST', body: slowly(form.body) },
        );
        assert.equal(answer.status, 200, answer.body);
        const { body, rows } = JSON.parse(answer.body);
        assert.deepEqual(body, { name: `upload ${i}`, file: 150_000 + i });
        assert.deepEqual(rows.toSorted(), tenant.rows.toSorted());
      }),
    );
  });

  it('refuses an upload to a foreign tenant', async () => {
    let runs = 0;
    const ask = serve(async () => ++runs);
    const form = multipart({ name: 'foreign', file: 1000 });
    const sending = { method: 'POST', body: slowly(form.body) };
    assertProblem(await ask({ ...foreign, ...form.headers }, sending), 404, 'TENANT_NOT_FOUND');
    assert.equal(runs, 0);
  });

  it('survives an upload that is aborted, and ends its scope', () =>
    withoutUnhandled(async () => {
      let runs = 0;
      const scopes: (() => Promise<unknown>)[] = [];
      let inside = deferred();
      const bound = {
        requires: 'nothing',
        check: async () => {
          scopes.push(AsyncResource.bind(world.read));
          inside.resolve();
          return undefined;
        },
      };
      const ask = serve(async () => ++runs, guards ? { guards: [bound] } : undefined);
      const form = multipart({ name: 'aborted', file: 100_000 });
      const json = { headers: { 'content-type': 'application/json' }, body: '{"text":"aborted"}' };
      for (const { headers, body } of [form, json]) {
        inside = deferred();
        const half = halfOf(body);
        const isInside = Promise.race([inside.promise, sleep(longest, undefined, { ref: false })]);
        const hangUp = Promise.all([half.sent, readsBodyInScope && isInside]);
        const before = scopes.length;
        await assert.rejects(
          ask({ ...as(first), ...headers }, { method: 'POST', body: half.body, hangUp }),
        );
        if (readsBodyInScope) assert.equal(scopes.length, before + 1, 'the upload had no scope');
      }
      assertRows(await serve(world.read)(as(second)), second);
      for (const read of scopes) await untilEnded(read);
      assert.equal(runs, 0, 'the handler got half an upload');
    }));
}

/** The first half of a body, which never goes on, and when it was sent. */
function halfOf(whole: string | Uint8Array) {
  const { promise: sent, resolve } = deferred();
  async function* body() {
    yield whole.slice(0, whole.length / 2);
    resolve();
    await new Promise(() => {});
  }
  return { body: body(), sent };
}
