import { expect, it } from 'vitest';
import { ask, places, tenancy } from './support/world.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const tenantOf = (at: number) => `00000000-0000-4000-8000-0000000001${String(at).padStart(2, '0')}`;

it('serves many databases on few connections, and closes none that is used', async () => {
  const { shared, urls, open, route } = await places(...names);
  for (const [i, name] of names.entries()) {
    await ask(urls.get(name) as string, 'insert into organizations (id, slug) values ($1, $2)', [
      tenantOf(i),
      name,
    ]);
    await route(tenantOf(i), name);
  }
  const pool = open({}, { maxConnections: 2, maxPerDatabase: 1 });
  try {
    let most = 0;
    let watching = true;
    const databases = [...urls.values()].map((url) => new URL(url).pathname.slice(1));
    const watch = (async () => {
      while (watching) {
        const [{ n }] = (await ask(
          shared,
          "select count(*)::int as n from pg_stat_activity where datname = any($1) and usename like 'tenantry_test_app%'",
          [databases],
        )) as [{ n: number }];
        most = Math.max(most, n);
      }
    })();
    const held = tenancy.run(tenantOf(0), () =>
      pool.transaction(async (tx) => {
        await tx.query('select 1');
        await others;
        return (await tx.query('select slug from organizations')).rows;
      }),
    );
    const others = Promise.all(
      Array.from({ length: 40 }, (_, i) => 1 + (i % 5)).map((at) =>
        tenancy.run(tenantOf(at), async () => {
          const { rows } = await pool.query('select slug from organizations');
          expect(rows).toEqual([{ slug: names[at] }]);
        }),
      ),
    );
    await others;
    expect(await held).toEqual([{ slug: 'a' }]);
    watching = false;
    await watch;
    // a connection that closes may still be seen while the next one opens
    expect(most).toBeLessThanOrEqual(3);
    expect(pool.totalCount).toBeLessThanOrEqual(2 + 4 + 4);
  } finally {
    await pool.end();
  }
  expect(pool.totalCount).toBe(0);
});
