import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { audit } from './fixtures/schema.ts';
import { world } from './support/world.ts';

const { pool, asAda, system } = await world();
const db = drizzle({ client: pool });
// int8, json, jsonb, text[]
const changed = [20, 114, 3802, 1009] as never[];
const before = changed.map((oid) => pg.types.getTypeParser(oid));
afterAll(() => {
  for (const [i, oid] of changed.entries()) pg.types.setTypeParser(oid, before[i] as never);
});

test('no call reads a value through the type parsers of pg, which an application may change', async () => {
  for (const oid of changed) pg.types.setTypeParser(oid, (text) => ({ own: text }) as never);
  const log = (n: number) =>
    asAda(() =>
      db.transaction((tx) =>
        audit.log(tx, 'thing.happened', { resource: ['thing'], metadata: { n } }),
      ),
    );
  const id = await log(1);
  await log(2);
  const { entries } = await asAda(() => audit.query(db, { action: 'thing.*' }));
  expect(entries.map(({ metadata }) => metadata)).toEqual([{ n: 2 }, { n: 1 }]);
  for (const from of [pool, db]) {
    const done = await system(() => audit.upkeep(from));
    expect(done.done.sealed).toEqual(expect.any(Number));
    const maintained = await system(() => audit.maintain(from, { monthsAhead: 12 }));
    expect(maintained.created.every((name) => name.startsWith('audit_logs_'))).toBe(true);
  }
  while ((await system(() => audit.lag(pool))) !== undefined) await system(() => audit.seal(pool));
  expect(await asAda(() => audit.prove(db, id))).toMatchObject({ entry: { id } });
  expect(await asAda(() => audit.verify(db))).toMatchObject({ ok: true, unsealed: 0 });
  const erased = await system(() => audit.erase(db, { user: 'nobody', reason: 'letter' }));
  expect(erased).toEqual([]);
  expect(await system(() => audit.examine(db))).toEqual([]);
});
