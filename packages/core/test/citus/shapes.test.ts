import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { reads } from './reads.ts';
import { acme, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';
import { writes } from './writes.ts';

/** What a test undoes. */
class Undo extends Error {}

onCitus('by the shape of a statement', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });

    /** How many shards the plan of a statement asks. */
    async function tasksOf(text: string, values: unknown[]): Promise<unknown> {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>({
        text: `explain (costs off) ${text}`,
        values,
      });
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      return /Task Count: (\d+)/.exec(plan)?.[1] ?? plan;
    }

    test.each(Object.entries({ ...reads, ...writes }))('%s', async (_, [text, values, answer]) => {
      // alone, as most statements are sent; a write is tried so below
      if (text in reads) {
        const { rows, rowCount } = await tenancy.run(acme, () =>
          pool.query({ text, values, rowMode: 'array' }),
        );
        expect(typeof answer === 'number' ? rowCount : rows).toEqual(answer);
      }
      await tenancy.run(acme, async () => {
        expect(await tasksOf(text, values)).toBe('1');
        const undone = pool.transaction(async (client) => {
          const { rows, rowCount } = await client.query({ text, values, rowMode: 'array' });
          expect(typeof answer === 'number' ? rowCount : rows).toEqual(answer);
          throw new Undo();
        });
        await expect(undone).rejects.toThrow(Undo);
      });
    });
  });

  test('a statement of each kind changes the rows of its tenant alone', async () => {
    const pool = world.pool('coordinator');
    const others = () =>
      world.ask(
        `select p.organization_id, p.name, p.stars, count(t.id)::int as tasks, bool_or(t.done) as done
           from projects p left join tasks t using (organization_id)
          where p.organization_id <> $1 group by p.organization_id, p.id order by 1, 2`,
        [acme],
      );
    const before = await others();
    for (const [text, values] of Object.values(writes)) {
      await tenancy.run(acme, () => pool.query(text, values));
    }
    expect(before).toHaveLength(8);
    expect(await others()).toEqual(before);
  });
});
