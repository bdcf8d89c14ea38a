import { expect } from 'vitest';
import { ask } from '../support/world.ts';
import { runMover } from './run-mover.ts';
import { acme, asOwner, globex, places } from './world.ts';
import { writersOf } from './writers.ts';

/**
 * Moves a tenant under writers again and again, by a process that is killed somewhere; then finishes the
 * move or takes it back.
 */
export async function killMovers(times: number): Promise<void> {
  const { shared, urls, open, tenant, move, undo, routes, urlOf } = await places('eu1', 'eu2');
  await tenant(acme, 'acme', 200);
  await tenant(globex, 'globex', 5);
  const [pool, other] = [open(), open()];
  const writers = writersOf([pool, pool, other, other], acme);
  const order = {
    shared: asOwner(shared),
    system: shared,
    owners: Object.fromEntries([...urls].map(([name, url]) => [name, asOwner(url)])),
    tenant: acme,
    before: false,
  };
  try {
    const whole = await runMover({ ...order, to: 'eu1', killAt: null });
    let lives: string | null = 'eu1';
    for (let i = 0; i < times; i++) {
      const others = [null, 'eu1', 'eu2'].filter((place) => place !== lives);
      const to = others[i % 2] as string | null;
      const killAt = 1 + Math.floor(Math.random() * ((whole?.writes ?? 100) + 10));
      const before = Math.random() < 0.5;
      const at = `killed ${before ? 'before' : 'after'} write ${killAt} of a move to ${to ?? 'shared'}`;
      const ended = await runMover({ ...order, to, killAt, before });
      if (ended !== undefined) lives = to;
      else if (Math.random() < 0.5) {
        // the connection of a killed process is still there for a moment
        await expect
          .poll(() =>
            move(pool, acme, to).then(
              () => at,
              ({ code }) => code,
            ),
          )
          .toBe(at);
        lives = to;
      } else {
        const taken = () =>
          undo(pool, acme).then(
            () => at,
            ({ code }) => code,
          );
        await expect
          .poll(async () => {
            const code = await taken();
            // it lives there already: it can only be finished
            if (code !== 'MOVE_UNFINISHED') return code;
            await move(pool, acme, to);
            return at;
          })
          .toBe(at);
        const [route] = await routes();
        lives = (route?.place as string | undefined) ?? null;
      }
      const before_ = writers.rounds();
      await expect.poll(() => writers.rounds()).toBeGreaterThan(before_ + 8);
      await Promise.race([writers.running, Promise.resolve()]);
      for (const place of [null, 'eu1', 'eu2']) {
        const there = await ask(
          urlOf(place),
          'select 1 from items where organization_id = $1 limit 1',
          [acme],
        );
        expect([at, place, there.length]).toEqual([at, place, place === lives ? 1 : 0]);
      }
      expect(await ask(shared, 'select from tenantry.moves')).toEqual([]);
    }
    const left = await writers.stop();
    const rows = await ask(
      urlOf(lives),
      "select id, title from items where organization_id = $1 and title ~ '^[0-9]'",
      [acme],
    );
    expect(new Map(rows.map(({ id, title }) => [id, title]))).toEqual(left);
    const old = await ask(
      urlOf(lives),
      "select count(*)::int as n from items where organization_id = $1 and title !~ '^[0-9]'",
      [acme],
    );
    expect(old).toEqual([{ n: 200 }]);
    const globexRows = await ask(shared, 'select id from items where organization_id = $1', [
      globex,
    ]);
    expect(globexRows).toHaveLength(5);
  } finally {
    await writers.stop().catch(() => {});
    await Promise.all([pool.end(), other.end()]);
  }
}
