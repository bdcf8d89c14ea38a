import fc from 'fast-check';
import Cursor from 'pg-cursor';
import { expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';

const database = await coreDatabase();
await database.ask(`
  create table alpha (organization_id uuid, n integer primary key, note text);
  create table beta (organization_id uuid, n integer primary key);
  grant select on alpha, beta to app`);

/** Every pair of tenants that a row of alpha and its row of beta can have; undefined is no row. */
const tenants = [acme, globex, null];
const pairs = tenants.flatMap((a) => [...tenants, undefined].map((b) => ({ a, b })));
for (const [n, { a, b }] of pairs.entries()) {
  await database.ask('insert into alpha values ($1, $2, $3)', [a, n, globex]);
  if (b !== undefined) await database.ask('insert into beta values ($1, $2)', [b, n]);
}

const accept = ['table-not-isolated'] as const;
const enforcing = database.pool({ max: 2, accept, witness: 'enforce' });
const off = database.pool({ max: 2, accept, witness: 'off' });

/** Columns of a result, and whose tenant the witness sees in them. */
const columns = fc.constantFrom(
  { sql: 'a.organization_id', sees: 'a' },
  { sql: 'a.organization_id as b', sees: 'a' },
  { sql: 'b.organization_id', sees: 'b' },
  { sql: 'b.organization_id as "a.b"', sees: 'b' },
  { sql: 'c.o', sees: 'a' },
  { sql: 'a.organization_id::text', sees: '' },
  { sql: 'coalesce(b.organization_id, a.organization_id)', sees: '' },
  { sql: `'${globex}'::uuid as organization_id`, sees: '' },
  { sql: 'null::uuid as organization_id', sees: '' },
  { sql: 'a.note', sees: '' },
  { sql: 'a.n', sees: '' },
  { sql: 'row_to_json(a)', sees: '' },
);
const shapes = fc.array(columns, { minLength: 0, maxLength: 7 });
const rows = fc.uniqueArray(fc.integer({ min: 0, max: pairs.length - 1 }), { maxLength: 6 });
const ways = fc.constantFrom('pool', 'array', 'client', 'transaction', 'batch', 'cursor');

function run(pool: typeof off, way: string, text: string, values: unknown[]): Promise<unknown[]> {
  return tenancy.run(acme, async () => {
    switch (way) {
      case 'array':
        return (await pool.query({ text, values, rowMode: 'array' })).rows;
      case 'client': {
        const client = await pool.connect();
        try {
          return (await client.query(text, values)).rows;
        } finally {
          client.release();
        }
      }
      case 'transaction':
        return pool.transaction(async (tx) => {
          await tx.query('select 1');
          return (await tx.query(text, values)).rows;
        });
      case 'batch': {
        const [, result] = await pool.batch(() => [
          pool.query('select 1'),
          pool.query(text, values),
        ]);
        return result.rows;
      }
      case 'cursor': {
        const cursor = pool.query(new Cursor(text, values));
        const found: unknown[] = [];
        for (let more: unknown[] = [0]; more.length > 0; ) {
          more = await cursor.read(2);
          found.push(...more);
        }
        return found;
      }
      default:
        return (await pool.query(text, values)).rows;
    }
  });
}

test('whatever the shape: an error if and only if a visible column holds another tenant', async () => {
  let foreign = 0;
  await fc.assert(
    fc.asyncProperty(shapes, rows, ways, async (shape, ns, way) => {
      const text = `select ${shape.map(({ sql }) => sql).join(', ')}
        from alpha a left join beta b on b.n = a.n
        cross join lateral (select a.organization_id as o) c
        where a.n = any ($1) order by a.n`;
      const isForeign = shape.some(({ sees }) =>
        ns.some((n) => {
          const pair = pairs[n] as (typeof pairs)[number];
          return (sees === 'a' && pair.a === globex) || (sees === 'b' && pair.b === globex);
        }),
      );
      const expected = await run(off, way, text, [ns]);
      const found = await run(enforcing, way, text, [ns]).catch((error) => error.code);
      expect(found).toEqual(isForeign ? 'TENANT_ROW_FOREIGN' : expected);
      if (isForeign) foreign++;
    }),
    { numRuns: 300 },
  );
  expect(foreign).toBeGreaterThan(50);
});
