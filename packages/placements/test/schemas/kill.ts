import { expect } from 'vitest';
import { runMover } from '../move/run-mover.ts';
import { movers, type Place, places } from './moves.ts';
import { ask, globex, initech, tenancy } from './world.ts';
import { writersOf } from './writers.ts';

/**
 * Moves a tenant between the shared tables, schemas and a database under writers, by a process that is killed
 * somewhere; then finishes the move or takes it back.
 */
export async function killMovers(times: number): Promise<void> {
  const { url, eu1, open, fill, move, undo, routes, at } = await movers();
  await fill(initech, 200);
  await fill(globex, 5);
  const [pool, other] = [await open(), await open()];
  const writers = writersOf([pool, pool, other], initech);
  const order = {
    shared: url,
    system: url,
    owners: { eu1 },
    tenant: initech,
    before: false,
    roles: tenancy.roles,
  };
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error) => error.code as string,
    );
  try {
    const whole = await runMover({ ...order, to: 'third', killAt: null });
    let lives: Place = 'third';
    for (let i = 0; i < times; i++) {
      const others = places.filter((place) => place !== lives);
      const to = others[i % others.length] as Place;
      const killAt = 1 + Math.floor(Math.random() * ((whole?.writes ?? 100) + 10));
      const before = Math.random() < 0.5;
      const title = `killed ${before ? 'before' : 'after'} write ${killAt} of a move from ${lives} to ${to}`;
      const ended = await runMover({ ...order, to, killAt, before });
      if (ended !== undefined) lives = to;
      else if (Math.random() < 0.5) {
        // the connection of a killed process is still there for a moment
        await expect.poll(() => code(move(pool, initech, to)), { message: title }).toBe('done');
        lives = to;
      } else {
        await expect
          .poll(
            async () => {
              const answer = await code(undo(pool, initech));
              // it lives there already: it can only be finished
              return answer === 'MOVE_UNFINISHED' ? code(move(pool, initech, to)) : answer;
            },
            { message: title },
          )
          .toBe('done');
        const [route] = await routes();
        lives = (route?.place ?? null) as Place;
      }
      const rounds = writers.rounds();
      await Promise.race([
        expect.poll(() => writers.rounds(), { message: title }).toBeGreaterThan(rounds + 6),
        writers.running,
      ]);
      for (const place of places) {
        const { url: of, schema } = at(place);
        const there = await ask(
          of,
          `select 1 from ${schema}.items where organization_id = $1 union all select 1 from ${schema}.notes where organization_id = $1 limit 1`,
          [initech],
        );
        expect([title, place, there.length]).toEqual([title, place, place === lives ? 1 : 0]);
      }
      expect(await ask(url, 'select from tenantry.moves')).toEqual([]);
    }
    const left = await writers.stop();
    const { url: of, schema } = at(lives);
    const titles = await ask(
      of,
      `select title from ${schema}.items where organization_id = $1 and title ~ '^[0-9]'`,
      [initech],
    );
    expect(titles.map((row) => row.title as string).sort()).toEqual(left);
    const old = await ask(
      of,
      `select count(*)::int as n, count(distinct number)::int as numbers from ${schema}.items where organization_id = $1 and title ~ '^row'`,
      [initech],
    );
    expect(old).toEqual([{ n: 200, numbers: 200 }]);
    expect(await ask(url, 'select from items where organization_id = $1', [globex])).toHaveLength(
      5,
    );
  } finally {
    await writers.stop().catch(() => {});
  }
}
