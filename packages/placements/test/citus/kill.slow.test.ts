import { citusUrl } from '@tenantry/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { runMover } from '../move/run-mover.ts';
import { acme, ada, bob, citusWorld, globex, tenancy, type World } from './world.ts';
import { writersOf } from './writers.ts';

const times = process.env.TENANTRY_LONG === '1' ? 60 : 5;

describe.skipIf(citusUrl() === undefined)('a move between a cluster and a database', () => {
  let world: World;
  beforeAll(async () => {
    world = await citusWorld('eu1');
  }, 120_000);

  test('that is killed anywhere is finished or taken back, and its writers notice nothing', async () => {
    const [pool, other] = [world.open(), world.open()];
    await world.tenant(pool, acme, 'acme', ada);
    await world.tenant(pool, globex, 'globex', bob);
    await world.fill(pool, acme, ada);
    await world.fill(pool, globex, bob);
    const writers = writersOf(world, [pool, pool, other, other]);
    const order = {
      shared: world.ownerUrl,
      system: world.cluster.url,
      owners: Object.fromEntries(world.urls),
      tenant: acme,
      before: false,
      roles: tenancy.roles,
      dialect: 'citus' as const,
    };
    const whole = await runMover({ ...order, to: 'eu1', killAt: null });
    let lives: string | null = 'eu1';
    for (let i = 0; i < times; i++) {
      const to: string | null = lives === null ? 'eu1' : null;
      const killAt = 1 + Math.floor(Math.random() * ((whole?.writes ?? 300) + 10));
      const before = Math.random() < 0.5;
      const at = `killed ${before ? 'before' : 'after'} write ${killAt} of a move to ${to ?? 'shared'}`;
      const ended = await runMover({ ...order, to, killAt, before });
      if (ended !== undefined) lives = to;
      else {
        const undoes = Math.random() < 0.5;
        // the connection of a killed process is still there for a moment
        await expect
          .poll(async () => {
            try {
              if (undoes) await world.undo(pool, acme);
              else await world.move(pool, acme, to);
              return at;
            } catch (error) {
              const { code } = error as { code?: string };
              if (code !== 'MOVE_UNFINISHED') return code;
              // it lives there already: it can only be finished
              await world.move(pool, acme, to);
              return at;
            }
          })
          .toBe(at);
        const [route] = await world.ask(null, 'select place from tenantry.placements');
        lives = (route?.place as string | undefined) ?? null;
      }
      const rounds = writers.rounds();
      await writers.pass(rounds + 8);
      for (const place of [null, 'eu1']) {
        const there = await world.ask(
          place,
          'select 1 from items where organization_id = $1 limit 1',
          [acme],
        );
        expect([at, place, there.length]).toEqual([at, place, place === lives ? 1 : 0]);
      }
      expect(await world.ask(null, 'select from tenantry.moves')).toEqual([]);
    }
    const left = await writers.stop();
    const rows = await world.ask(
      lives,
      "select id, title from items where organization_id = $1 and title ~ '^[0-9]'",
      [acme],
    );
    expect(new Map(rows.map(({ id, title }) => [id, title]))).toEqual(left);
    const old =
      "select count(*)::int as n from items where organization_id = $1 and title !~ '^[0-9]'";
    expect(await world.ask(lives, old, [acme])).toEqual([{ n: 18 }]);
    expect(await world.ask(null, old, [globex])).toEqual([{ n: 18 }]);
  }, 900_000);
});
