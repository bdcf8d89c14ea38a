import fc from 'fast-check';
import { expect } from 'vitest';
import { tenancy } from '../../schemas/world.ts';
import { runMover } from '../run-mover.ts';
import type { Model } from './model.ts';
import type { Cut } from './relay.ts';
import { type Change, places, tenants, type World } from './world.ts';

/** @param mostSent by a process that ends */
const cutWithin = (mostSent: number) =>
  fc.record({
    at: fc.integer({ min: 1, max: mostSent }),
    before: fc.boolean(),
    ends: fc.constantFrom('process' as const, 'connections' as const, 'oldest' as const),
  });
const cutMove = cutWithin(240);
const maybe = (cut: typeof cutMove) => fc.option(cut, { nil: undefined, freq: 2 });
const tenant = fc.constantFrom(...tenants);
const move = { do: fc.constant('move' as const), tenant, to: fc.constantFrom(...places) };

/** What may happen. @param processes whether a mover that is killed is a process now and then */
export const action = (processes: boolean) =>
  fc.oneof(
    { weight: 100, arbitrary: fc.record({ ...move, cut: maybe(cutMove) }) },
    { weight: 10, arbitrary: fc.record({ do: fc.constant('undo' as const), tenant }) },
    {
      weight: 50,
      arbitrary: fc.record({
        do: fc.constant('migrate' as const),
        adds: fc.constantFrom<Change | undefined>('column', 'table', 'rows', undefined),
        parallel: fc.integer({ min: 1, max: 3 }),
        wait: fc.nat(1),
        cut: maybe(cutWithin(80)),
      }),
    },
    { weight: 15, arbitrary: fc.record({ do: fc.constant('suspend' as const), tenant }) },
    { weight: 25, arbitrary: fc.record({ do: fc.constant('restore' as const), tenant }) },
    {
      weight: processes ? 2 : 0,
      arbitrary: fc.record({ ...move, do: fc.constant('process' as const), cut: cutMove }),
    },
  );
type Action = typeof action extends (processes: boolean) => fc.Arbitrary<infer A> ? A : never;

/** What another mover, a run, or what one of them has left, may answer. */
const busy = /TENANT_MOVING|FLEET_LOCKED|MOVE_UNFINISHED|MOVE_LOST/;
/** Where a run has brought some places further than others. */
const unalike = /columns of \w+ differ|has no table x_|lacks the last migration/;

const expectBusy = (error: { readonly message: string }) =>
  expect(error.message).toMatch(/MOVE_REFUSED/.test(error.message) ? unalike : busy);

/** Does something, and says in the model what it may have changed. @param by which process does it */
export async function act(world: World, model: Model, by: 0 | 1, what: Action): Promise<void> {
  const operator = world.operators[by];
  if (what.do === 'migrate') {
    const { changing } = model;
    const argv = ['--parallel', `${what.parallel}`, '--wait', `${what.wait}`];
    const { code, said } = await operator.migrate(what.cut, ...argv);
    if (code === 0) model.changed = Math.max(model.changed, changing);
    else if (what.cut === undefined) expect(said).toMatch(/FLEET_LOCKED|MOVE_UNFINISHED/);
    return;
  }
  const own = model.of(what.tenant);
  if (what.do === 'suspend' || what.do === 'restore') {
    const ended = own.suspending();
    await operator[what.do](what.tenant);
    return ended(what.do === 'suspend');
  }
  if (what.do === 'undo') return void (await operator.undo(what.tenant).catch(expectBusy));
  own.lives.push(what.to);
  if (what.do === 'process') return void (await byProcess(world, what).catch(expectBusy));
  const moving = operator.move(what.tenant, what.to, what.cut);
  const done = await moving.then(
    () => true,
    (error) => {
      if (what.cut === undefined) expectBusy(error);
      return false;
    },
  );
  // nobody else has moved it beside
  if (done && own.lives.length === 2) own.lives = [what.to];
}

/** A move by a process, which is killed. */
const byProcess = (
  { url, eu1 }: World,
  { tenant, to, cut: { at, before } }: { tenant: string; to: string | null; cut: Cut },
) =>
  runMover({
    shared: url,
    system: url,
    owners: { eu1 },
    tenant,
    to,
    killAt: at,
    before,
    roles: tenancy.roles,
  });
