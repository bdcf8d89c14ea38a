import { strict as assert } from 'node:assert';
import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import { applications } from './applications.ts';
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
import { errorConformance } from './errors.ts';
import { guardConformance } from './guards.ts';
import { jobConformance } from './jobs.ts';
import { loadConformance, shutdownConformance } from './load.ts';
import { requestConformance } from './requests.ts';
import { socketConformance } from './sockets.ts';
import { streamConformance } from './streams.ts';
import { webhookConformance } from './webhooks.ts';

type Read = () => Promise<readonly string[]>;

/**
 * The duration of slow work, in milliseconds. A working adapter cancels it long before, also on a slow
 * machine; with a broken one the suite waits for it.
 */
const forLong = 5000;

/**
 * The behaviours that every framework adapter must have, over HTTP and a real PostgreSQL. It throws plain
 * assertion errors, so it works in any test runner.
 *
 * @example
 * ```ts
 * adapterConformance({ describe, it, afterAll }, { name: 'hono', start, world, answersAfterScope: true });
 * ```
 */
export function adapterConformance(runner: TestRunner, harness: AdapterHarness): void {
  const { describe, it, afterAll } = runner;
  const { world, answersAfterScope } = harness;
  const [first, second] = world.tenants;
  const apps = applications(harness);
  const { serve, close } = apps;
  /** A read in a scope that has ended, like code that keeps a callback for later. */
  const readOfEndedScope = async (): Promise<Read> => {
    let read: Read | undefined;
    const ask = serve(async () => {
      read = AsyncResource.bind(world.read);
      return null;
    });
    assert.equal((await ask(as(first))).status, 200);
    assert.ok(read);
    await untilEnded(read);
    return read;
  };

  describe(`the ${harness.name} adapter`, () => {
    afterAll(close);

    it('runs the handler in the scope of the tenant', async () => {
      const ask = serve(world.read);
      for (const tenant of world.tenants) assertRows(await ask(as(tenant)), tenant);
    });

    it('answers 400, 401 and 404 itself, and does not run the handler', async () => {
      let runs = 0;
      const ask = serve(async () => ++runs);
      const { claim, user } = first;
      const refusals: [Record<string, string | string[]>, number, string][] = [
        [{ 'x-user': user }, 400, 'TENANT_CLAIM_MISSING'],
        [{ 'x-user': user, 'x-tenant': '../etc' }, 400, 'TENANT_CLAIM_MALFORMED'],
        [{ 'x-user': user, 'x-tenant': [claim, claim] }, 400, 'TENANT_CLAIM_MALFORMED'],
        [{ 'x-user': user, 'x-tenant': [claim, second.claim] }, 400, 'TENANT_CLAIM_MALFORMED'],
        [{ 'x-tenant': claim }, 401, 'NOT_AUTHENTICATED'],
        [{ 'x-user': user, 'x-tenant': world.unknownClaim }, 404, 'TENANT_NOT_FOUND'],
        [{ 'x-user': user, 'x-tenant': second.claim }, 404, 'TENANT_NOT_FOUND'],
      ];
      for (const [headers, status, code] of refusals)
        assertProblem(await ask(headers), status, code);
      assert.equal(runs, 0, 'a handler ran although the request was refused');
    });

    it('answers an unknown tenant and a foreign one with the same bytes', async () => {
      const ask = serve(world.read);
      const unknown = await ask({ 'x-user': first.user, 'x-tenant': world.unknownClaim });
      const foreign = await ask({ 'x-user': first.user, 'x-tenant': second.claim });
      assertSameAnswer(foreign, unknown);
    });

    it('leaves the errors of a handler to the framework, and ends the scope', async () => {
      let read: Read | undefined;
      const ask = serve(async () => {
        read = AsyncResource.bind(world.read);
        await world.read();
        // unfinished work must not hide the error of the handler
        codeOf(world.readSlowly(forLong)).catch(() => {});
        throw new Error('an error of the application');
      });
      const answer = await ask(as(first));
      assert.equal(answer.status, 500);
      assert.doesNotMatch(String(answer.headers['content-type']), /problem\+json/);
      assert.ok(read);
      await untilEnded(read);
      const { httpError } = harness;
      if (httpError === undefined) return;
      const teapot = serve(async () => {
        throw httpError();
      });
      assert.equal((await teapot(as(first))).status, 418);
    });

    it('answers errors of Tenantry from a handler as problem+json that keeps its secrets', async () => {
      const ended = await readOfEndedScope();
      const answer = await serve(ended)(as(first));
      assertProblem(answer, 500, 'TENANT_SCOPE_ENDED');
      assert.deepEqual(Object.keys(JSON.parse(answer.body)).sort(), [
        'code',
        'status',
        'title',
        'type',
      ]);
    });

    it('survives a client that hangs up', () =>
      withoutUnhandled(async () => {
        const begun = deferred();
        const finished = deferred();
        const ask = serve(async () => {
          try {
            const reading = world.readSlowly(100);
            begun.resolve();
            await reading;
            return await world.read();
          } finally {
            finished.resolve();
          }
        });
        await assert.rejects(ask(as(first), { hangUp: begun.promise }));
        await finished.promise;
        const next = serve(world.read);
        assertRows(await next(as(second)), second);
      }));

    it('answers only after the work of the handler', async () => {
      const text = `written by ${harness.name} ${Date.now()}`;
      const ask = serve(async () => {
        await sleep(20);
        await world.write(text);
        return null;
      });
      assert.equal((await ask(as(first))).status, 200);
      assert.equal(await world.isWritten(text), true);
    });

    it('refuses work that a handler forgot to await', async () => {
      let forgotten: Promise<string | undefined> | undefined;
      const ask = serve(async () => {
        forgotten = codeOf(world.readSlowly(forLong));
        await sleep(50);
        return null;
      });
      const answer = await ask(as(first));
      if (answersAfterScope) assertProblem(answer, 500, 'SCOPE_WORK_UNFINISHED');
      assert.equal(await forgotten, 'TENANT_SCOPE_ENDED');
    });

    it('refuses work that starts after the handler returned', async () => {
      const late = await readOfEndedScope();
      let during: string | undefined;
      const ask = serve(async () => {
        await world.read();
        during = await codeOf(late());
        return world.read();
      });
      assertRows(await ask(as(second)), second);
      assert.equal(during, 'TENANT_SCOPE_ENDED');
    });

    it('answers 504 when the time limit is reached, and ends the scope', async () => {
      let read: Read | undefined;
      const ask = serve(
        async () => {
          read = AsyncResource.bind(world.read);
          return world.readSlowly(forLong);
        },
        { timeoutMs: 150 },
      );
      // a slow machine may need longer to reach the handler
      while (read === undefined) assertProblem(await ask(as(first)), 504, 'SCOPE_TIMEOUT');
      assert.equal(await codeOf(read?.()), 'SCOPE_TIMEOUT');
    });

    requestConformance(runner, harness, serve);
    streamConformance(runner, harness, serve);
    loadConformance(runner, harness, serve);
    jobConformance(runner, harness, serve);
    if (harness.guards === true) guardConformance(runner, harness, serve);
    if (harness.throwsErrors === true) errorConformance(runner, harness, serve);
    if (harness.webhook === true) webhookConformance(runner, harness, apps);
    if (harness.webSocket === true) socketConformance(runner, harness, apps);
    // the last one: it ends the applications of the others
    shutdownConformance(runner, harness, apps);
  });
}
