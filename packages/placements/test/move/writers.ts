import type { TenantPool } from '@tenantry/core';
import { expect } from 'vitest';
import { tenancy } from './world.ts';

/** A row as a writer has left it. */
type Rows = Map<string, string>;

/**
 * Writers of a tenant that go on until they are stopped, each with rows of its own: they insert, update and
 * delete, alone and in transactions, and read back what they have written. An error, or a row that is not as
 * it was written, fails them.
 */
export function writersOf(pools: readonly TenantPool[], tenant: string) {
  let stopped = false;
  let done = 0;
  const rows: Rows = new Map();
  const write = async (pool: TenantPool, writer: number) => {
    const own: Rows = new Map();
    for (let i = 0; !stopped; i++) {
      const title = `${writer} ${i}`;
      await tenancy.run(tenant, async () => {
        const { rows: made } = await pool.query(
          'insert into items (organization_id, title, kind) values ($1, $2, 1) returning id',
          [tenant, title],
        );
        own.set((made[0] as { id: string }).id, title);
        const [oldest] = own.keys();
        if (i % 3 === 1) {
          await pool.query('update items set title = $2 where id = $1', [oldest, `${title} new`]);
          own.set(oldest as string, `${title} new`);
        }
        if (i % 3 === 2) {
          await pool.transaction(async (tx) => {
            await tx.query('delete from items where id = $1', [oldest]);
            await tx.query('insert into notes (item_id, body) values ($1, $2)', [
              [...own.keys()].at(-1),
              title,
            ]);
          });
          own.delete(oldest as string);
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
    /** Rejects when one has failed. */
    running,
    /** @returns what they have written and left, title by id */
    stop: async (): Promise<Rows> => {
      stopped = true;
      await running;
      return rows;
    },
  };
}
