import { randomUUID } from 'node:crypto';
import type { TenantPool } from '@tenantry/core';
import { startTestServer } from '@tenantry/testing';
import pg from 'pg';
import { expect } from 'vitest';
import { ask } from '../support/world.ts';
import { acme, globex, placesOn, tenancy } from './world.ts';

/** What a row may be: a write whose answer was lost may have been committed. */
type Possible = Map<string, ReadonlySet<string | undefined>>;

/** A writer that goes on when a server is down, and remembers what it was told. */
function patientWriter(pool: TenantPool, writer: number) {
  const possible: Possible = new Map();
  let stopped = false;
  let done = 0;
  const write = async (id: string, title: string | undefined, text: string, values: unknown[]) => {
    const before = possible.get(id) ?? new Set([undefined]);
    try {
      const { rowCount } = await tenancy.run(acme, () => pool.query(text, values));
      possible.set(id, new Set([rowCount === 1 ? title : undefined]));
      done++;
    } catch {
      possible.set(id, new Set([...before, title]));
    }
  };
  const running = (async () => {
    const ids: string[] = [];
    for (let i = 0; !stopped; i++) {
      const title = `${writer} ${i}`;
      const [oldest] = ids;
      if (i % 3 === 1 && oldest !== undefined)
        await write(oldest, title, 'update items set title = $2 where id = $1', [oldest, title]);
      else if (i % 5 === 2 && oldest !== undefined) {
        ids.shift();
        await write(oldest, undefined, 'delete from items where id = $1', [oldest]);
      } else {
        const id = randomUUID();
        ids.push(id);
        await write(id, title, 'insert into items (id, title, kind) values ($1, $2, 1)', [
          id,
          title,
        ]);
      }
    }
  })();
  return {
    possible,
    rounds: () => done,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

/** kill -9 of a backend: PostgreSQL drops every connection, and recovers from its log. */
async function crash(url: string): Promise<void> {
  await (await crasher(url))();
}

/** A crash that can begin at once. It ends when the server answers again. */
export async function crasher(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return async () => {
    process.kill((rows[0] as { pid: number }).pid, 'SIGKILL');
    const answers = () =>
      ask(url, 'select').then(
        () => true,
        () => false,
      );
    await expect.poll(answers).toBe(true);
  };
}

/**
 * Moves a tenant under writers between two servers, one of which crashes somewhere; then finishes the move or
 * takes it back.
 *
 * @param commits whether a commit of the writers waits for the disk; those of a move always do
 */
export async function crashServers(times: number, commits: 'on' | 'off'): Promise<void> {
  const settings = { synchronous_commit: commits, wal_writer_delay: '10s' };
  const servers = {
    shared: await startTestServer({ settings }),
    places: await startTestServer({ settings }),
  };
  try {
    const { shared, open, tenant, move, undo, routes, urlOf } = await placesOn(servers, 'eu1');
    await tenant(acme, 'acme', 200);
    await tenant(globex, 'globex', 5);
    const [pool, other, mover] = [open(), open(), open()];
    for (const each of [pool, other, mover]) each.on('error', () => {});
    const writers = [pool, other, other].map((each, i) => patientWriter(each, i + 1));
    const rounds = () => Math.min(...writers.map((each) => each.rounds()));
    try {
      const since = performance.now();
      await move(mover, acme, 'eu1');
      const takes = performance.now() - since;
      let lives: string | null = 'eu1';
      for (let i = 0; i < times; i++) {
        const to: string | null = lives === null ? 'eu1' : null;
        const victim = Math.random() < 0.5 ? shared : urlOf('eu1');
        const after = Math.random() * takes * 1.1;
        const at = `${victim === shared ? 'shared' : 'eu1'} crashes ${Math.round(after)} ms after the begin of a move to ${to ?? 'shared'}`;
        const moving = move(mover, acme, to).then(
          () => true,
          () => false,
        );
        await new Promise((resolve) => setTimeout(resolve, after));
        await crash(victim);
        const takeBack = Math.random() < 0.5;
        if (await moving) lives = to;
        // until the connections that were lost are opened again
        else
          await expect
            .poll(
              async () => {
                try {
                  if (takeBack) await undo(mover, acme);
                  else await move(mover, acme, to);
                  return at;
                } catch (error) {
                  // it lives there already: it can only be finished
                  if ((error as { code?: string }).code === 'MOVE_UNFINISHED')
                    await move(mover, acme, to).catch(() => {});
                  return error;
                }
              },
              { interval: 200 },
            )
            .toBe(at);
        const [route] = await routes();
        lives = (route?.place as string | undefined) ?? null;
        const before = rounds();
        await expect.poll(rounds).toBeGreaterThan(before + 5);
        for (const place of [null, 'eu1']) {
          const [there] = await ask(
            urlOf(place),
            "select count(*) filter (where title !~ '^[0-9]')::int as old from items where organization_id = $1",
            [acme],
          );
          expect([at, place, there]).toEqual([at, place, { old: place === lives ? 200 : 0 }]);
        }
        expect(await ask(shared, 'select from tenantry.moves')).toEqual([]);
      }
      await Promise.all(writers.map((each) => each.stop()));
      const rows = await ask(
        urlOf(lives),
        "select id, title from items where organization_id = $1 and title ~ '^[0-9]'",
        [acme],
      );
      const found = new Map(rows.map(({ id, title }) => [id as string, title as string]));
      if (commits === 'on') {
        for (const { possible } of writers)
          for (const [id, titles] of possible)
            expect([id, [...titles], titles.has(found.get(id))]).toEqual([id, [...titles], true]);
      }
      const known = new Set(writers.flatMap(({ possible }) => [...possible.keys()]));
      expect([...found.keys()].filter((id) => !known.has(id))).toEqual([]);
      const others = await ask(shared, 'select id from items where organization_id = $1', [globex]);
      expect(others).toHaveLength(5);
    } finally {
      await Promise.all(writers.map((each) => each.stop()));
      await Promise.all([pool.end(), other.end(), mover.end()]);
    }
  } finally {
    await Promise.all([servers.shared.stop(), servers.places.stop()]);
  }
}
