import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { tenancy } from '../../schemas/world.ts';
import type { Model } from './model.ts';
import type { World } from './world.ts';

const insert = 'insert into items (id, title) values ($1, $2)';
const update = 'update items set title = $2 where id = $1';
const remove = 'delete from items where id = $1';

/**
 * Writes rows of a tenant until it is stopped, by two processes in turn, and reads back what it has written.
 * It is refused when its tenant is suspended; any other error fails it.
 */
export function writerOf({ pools }: Pick<World, 'pools'>, model: Model, tenant: string) {
  const own = model.of(tenant);
  let stopped = false;
  let done = 0;
  const write = async (i: number) => {
    const pool = pools[i % 2] as World['pools'][0];
    const [id, other, title] = [randomUUID(), randomUUID(), `${i}`];
    const [oldest] = own.rows.keys();
    const after = model.changed;
    const made = (key: string, of: string, notes = 0) =>
      own.rows.set(key, { title: of, notes, after, before: model.changing });
    const way = oldest === undefined ? 0 : i % 5;
    if (way === 0) {
      await pool.query(insert, [id, title]);
      made(id, title);
    } else if (way === 1) {
      const { rowCount } = await pool.query(update, [oldest, title]);
      expect(rowCount).toBe(1);
      const row = own.rows.get(oldest as string);
      if (row !== undefined) row.title = title;
    } else if (way === 2) {
      await pool.batch(() => [
        pool.query(insert, [id, title]),
        pool.query(insert, [other, `${title} too`]),
      ]);
      made(id, title);
      made(other, `${title} too`);
    } else if (way === 3) {
      await pool.transaction(async (tx) => {
        await tx.query(remove, [oldest]);
        await tx.query(insert, [id, title]);
        await tx.query('insert into notes (item, text) values ($1, $2)', [id, title]);
      });
      own.rows.delete(oldest as string);
      made(id, title, 1);
    } else {
      const { rowCount } = await pool.query(remove, [oldest]);
      expect(rowCount).toBe(1);
      own.rows.delete(oldest as string);
      const { rows } = await pool.query('select id from items order by id');
      expect(rows.map((row) => (row as { id: string }).id)).toEqual([...own.rows.keys()].sort());
    }
  };
  const running = (async () => {
    for (let i = 0; !stopped; i++) {
      const { suspended, version } = own;
      const refused = await tenancy
        .run(tenant, () => write(i))
        .then(
          () => false,
          (error) => {
            if ((error as { code?: string }).code !== 'TENANT_SUSPENDED') throw error;
            return true;
          },
        );
      if (suspended !== undefined && version === own.version) expect(refused).toBe(suspended);
      done++;
    }
  })();
  running.catch(() => {}); // whoever stops it gets the error
  return {
    done: () => done,
    running,
    stop: () => {
      stopped = true;
      return running;
    },
  };
}
