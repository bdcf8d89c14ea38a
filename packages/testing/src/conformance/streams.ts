import { strict as assert } from 'node:assert';
import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { Serve } from './applications.ts';
import { as, assertRows, untilEnded, withoutUnhandled } from './assertions.ts';

/** The behaviours of bodies that are produced after the handler has returned. */
export function streamConformance(
  { it }: TestRunner,
  { world }: AdapterHarness,
  serve: Serve,
): void {
  const [first, second] = world.tenants;

  it('gives a streamed body no rows but those of its tenant', async () => {
    const seen: unknown[] = [];
    async function* body() {
      yield 'start;';
      await sleep(50);
      seen.push(await world.read().catch((error: { code?: unknown }) => error.code));
      yield 'end';
    }
    const ask = serve(async () => body());
    const answers = await Promise.all([ask(as(first)), serve(world.read)(as(second))]);
    assert.equal(answers[0].body, 'start;end');
    const [result] = seen;
    if (Array.isArray(result)) assert.deepEqual([...result].sort(), [...first.rows].sort());
    else assert.match(String(result), /^TENANT_(?:SCOPE_ENDED|CONTEXT_MISSING)$/);
  });

  it('lets a streamed body query in a scope of its own', async () => {
    const ask = serve(async () => {
      const inOwnScope = world.ownScope();
      async function* body() {
        yield '["start"';
        await sleep(20);
        for (const row of await inOwnScope(world.read)) yield `,${JSON.stringify(row)}`;
        yield ']';
      }
      return body();
    });
    const answers = await Promise.all(world.tenants.map((tenant) => ask(as(tenant))));
    answers.forEach(({ status, body }, i) => {
      assert.equal(status, 200, body);
      const [start, ...rows] = JSON.parse(body);
      assert.equal(start, 'start');
      assert.deepEqual(rows.toSorted(), world.tenants[i]?.rows.toSorted());
    });
  });

  it('cuts an answer that fails after its first byte, and ends the scope', () =>
    withoutUnhandled(async () => {
      let read: (() => Promise<unknown>) | undefined;
      const ask = serve(async () => {
        read = AsyncResource.bind(world.read);
        async function* body() {
          yield 'start;';
          await sleep(20);
          throw new Error('in the middle');
        }
        return body();
      });
      await assert.rejects(ask(as(first)), 'the client takes a part for the whole');
      assert.ok(read);
      await untilEnded(read);
      assertRows(await serve(world.read)(as(second)), second);
    }));
}
