import fc from 'fast-check';
import { expect, it } from 'vitest';
import { check, finish, settle } from './history/check.ts';
import { Model } from './history/model.ts';
import { act, action } from './history/steps.ts';
import { tenants, threePlacements } from './history/world.ts';
import { writerOf } from './history/writer.ts';

const long = process.env.TENANTRY_LONG === '1';

const step = fc.array(action(long), { minLength: 1, maxLength: 2 });
const history = fc.record({
  /** What a step has happens beside each other. */
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  end: fc.record({ undoes: fc.boolean(), migratesFirst: fc.boolean() }),
});

it('whatever moves, migrates, is suspended and is cut, each row that was acknowledged is where its tenant lives, once', {
  timeout: long ? 3 * 3_600_000 : 300_000,
}, async () => {
  const world = await threePlacements();
  const property = fc.asyncProperty(history, async ({ steps, end }) => {
    await world.reset();
    const model = new Model();
    const writers = tenants.map((tenant) => writerOf(world, model, tenant));
    const failed = Promise.all(writers.map(({ running }) => running));
    try {
      for (const actions of steps) {
        for (const each of actions) {
          if (each.do !== 'migrate' || each.adds === undefined) continue;
          world.add(each.adds);
          model.added(each.adds);
        }
        await Promise.all(actions.map((each, by) => act(world, model, by as 0 | 1, each)));
        await settle(world, model);
        const goals = writers.map(({ done }) => done() + 4);
        const goOn = () => writers.every(({ done }, i) => done() >= (goals[i] as number));
        await Promise.race([failed, expect.poll(goOn, { interval: 2 }).toBe(true)]);
      }
      await finish(world, model, end);
    } finally {
      await Promise.all(writers.map(({ stop }) => stop()));
    }
    await check(world, model);
  });
  await fc.assert(property, { numRuns: long ? 1000 : 8 });
});
