import type { TenantPool } from '@tenantry/core';
import { expect } from 'vitest';
import { acme, ada, type World } from './world.ts';

/**
 * Writers of a tenant that go on until they are stopped, each with rows of its own, and read back what they have
 * written. An error, or a row that is not as it was written, fails them.
 */
export function writersOf({ enter }: Pick<World, 'enter'>, pools: readonly TenantPool[]) {
  let stopped = false;
  let done = 0;
  const rows = new Map<string, string>();
  const write = async (pool: TenantPool, writer: number) => {
    const own = new Map<string, string>();
    for (let i = 0; !stopped; i++) {
      const title = `${writer} ${i}`;
      await enter(pool, acme, ada, async () => {
        const { rows: made } = await pool.query(
          'insert into items (title, kind) values ($1, 1) returning id',
          [title],
        );
        own.set((made[0] as { id: string }).id, title);
        const [oldest = ''] = own.keys();
        if (i % 3 === 1) {
          await pool.query('update items set title = $2 where id = $1', [oldest, `${title} new`]);
          own.set(oldest, `${title} new`);
        }
        if (i % 3 === 2) {
          await pool.transaction(async (tx) => {
            await tx.query('delete from items where id = $1', [oldest]);
          });
          own.delete(oldest);
        }
        const { rows: read } = await pool.query(
          "select id, title from items where title like $1 || ' %' order by id",
          [String(writer)],
        );
        expect(read).toEqual(
          [...own].map(([id, title]) => ({ id, title })).sort((a, b) => (a.id < b.id ? -1 : 1)),
        );
      });
      done++;
    }
    for (const [id, title] of own) rows.set(id, title);
  };
  const running = Promise.all(pools.map((pool, i) => write(pool, i + 1)));
  running.catch(() => {}); // whoever stops them gets the error
  return {
    /** How often they have gone round. */
    rounds: () => done,
    /** Waits until they have gone round so often; rejects when one has failed. */
    pass: (rounds: number) =>
      Promise.race([
        expect.poll(() => done).toBeGreaterThan(rounds),
        running.then(() => Promise.reject(new Error('the writers have ended'))),
      ]),
    /** @returns what they have written and left, title by id */
    stop: async () => {
      stopped = true;
      await running;
      return rows;
    },
  };
}
