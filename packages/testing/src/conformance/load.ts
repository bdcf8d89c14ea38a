import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { applications, Serve } from './applications.ts';
import { as, assertRows, deferred, withoutUnhandled } from './assertions.ts';

/** How many requests run at once; far more than the pool has connections. */
const many = 100;
/** The time after which not all of them will be inside any more, in milliseconds. */
const longest = 20_000;

/** The behaviours of many requests at once. */
export function loadConformance({ it }: TestRunner, { world }: AdapterHarness, serve: Serve): void {
  const [first] = world.tenants;

  it('never mixes concurrent requests of two tenants', async () => {
    const ask = serve(async () => {
      const before = await world.read();
      await sleep(Math.random() * 10);
      const [left, right] = await Promise.all([world.read(), world.readSlowly(5)]);
      return [...new Set([...before, ...left, ...right])];
    });
    const tenants = Array.from({ length: 40 }, (_, i) => world.tenants[i % 2] ?? first);
    const answers = await Promise.all(tenants.map((tenant) => ask(as(tenant))));
    answers.forEach((answer, i) => {
      assertRows(answer, tenants[i] ?? first);
    });
  });

  it('serves a hundred requests at once, and holds no connection meanwhile', async () => {
    const crowd = (await world.crowd?.()) ?? world.tenants;
    const tenants = Array.from({ length: many }, (_, i) => crowd[i % crowd.length] ?? first);
    const everybody = deferred();
    const giveUp = setTimeout(everybody.resolve, longest);
    let inside = 0;
    const ask = serve(async () => {
      const before = await world.read();
      inside += 1;
      if (inside === many) everybody.resolve();
      await everybody.promise;
      return [...new Set([...before, ...(await world.read())])];
    });
    const answers = await Promise.all(
      tenants.map(async (tenant) => {
        const answer = await ask(as(tenant));
        // the others would wait for it
        if (answer.status !== 200) everybody.resolve();
        return answer;
      }),
    ).finally(() => clearTimeout(giveUp));
    answers.forEach((answer, i) => {
      assertRows(answer, tenants[i] ?? first);
    });
    assert.equal(inside, many);
  });
}

/** The behaviour of an application that is closed; it ends the applications of the other cases. */
export function shutdownConformance(
  { it }: TestRunner,
  { world }: AdapterHarness,
  { serve, close }: ReturnType<typeof applications>,
): void {
  it('answers the requests that are under way when it is closed', () =>
    withoutUnhandled(async () => {
      const inside = deferred();
      const release = deferred();
      let running = 0;
      const ask = serve(async () => {
        const before = await world.read();
        running += 1;
        if (running === world.tenants.length) inside.resolve();
        await release.promise;
        return [...new Set([...before, ...(await world.read())])];
      });
      const asked = Promise.all(world.tenants.map((tenant) => ask(as(tenant))));
      await Promise.race([inside.promise, asked]);
      const closing = close();
      await sleep(50); // a close that cuts them does so by now
      release.resolve();
      const answers = await asked;
      answers.forEach((answer, i) => {
        assertRows(answer, world.tenants[i] ?? world.tenants[0]);
      });
      await closing;
    }));
}
