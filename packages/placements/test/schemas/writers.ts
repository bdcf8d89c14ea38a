import type { TenantPool } from '@tenantry/core';
import { expect } from 'vitest';
import { tenancy } from './world.ts';

/**
 * Writers of a tenant that go on until they are stopped, each with rows of its own, and read back what they
 * have written. An error, or a row that is not as it was written, fails them.
 */
export function writersOf(pools: readonly TenantPool[], tenant: string) {
  let stopped = false;
  let done = 0;
  const left: string[] = [];
  const write = async (pool: TenantPool, writer: number) => {
    const own: string[] = [];
    for (let i = 0; !stopped; i++) {
      const title = `${writer} ${i}`;
      await tenancy.run(tenant, async () => {
        await pool.query('insert into items (title) values ($1)', [title]);
        own.push(title);
        if (i % 3 === 1) {
          await pool.query('update items set title = $2 where title = $1', [
            own[0],
            `${title} new`,
          ]);
          own[0] = `${title} new`;
        }
        if (i % 3 === 2) {
          await pool.transaction(async (tx) => {
            await tx.query('delete from items where title = $1', [own[0]]);
            await tx.query(
              'insert into notes (item, text) select id, $1 from items where title = $1',
              [title],
            );
          });
          own.shift();
        }
        const { rows } = await pool.query(
          "select title from items where title like $1 || ' %' order by number",
          [String(writer)],
        );
        expect((rows as { title: string }[]).map((row) => row.title).sort()).toEqual(
          [...own].sort(),
        );
      });
      done++;
    }
    left.push(...own);
  };
  const running = Promise.all(pools.map((pool, i) => write(pool, i + 1)));
  running.catch(() => {}); // whoever stops them gets the error
  return {
    rounds: () => done,
    running,
    /** @returns the titles that they have left */
    stop: async () => {
      stopped = true;
      await running;
      return left.sort();
    },
  };
}
