import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numbersDatabase } from './support.ts';

const { pool, organization, as, column } = await numbersDatabase(4);

const tenant = fc.integer({ min: 0, max: 1 });
const step = fc.oneof(
  fc.record({
    does: fc.constant('insert' as const),
    tenant,
    project: fc.constantFrom('a', 'b'),
    rows: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    does: fc.constant('taken back' as const),
    tenant,
    project: fc.constantFrom('a', 'b'),
    rows: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ does: fc.constant('met' as const), tenant, project: fc.constantFrom('a', 'b') }),
  fc.record({
    does: fc.constant('delete last' as const),
    tenant,
    project: fc.constantFrom('a', 'b'),
  }),
  fc.record({
    does: fc.constant('delete first' as const),
    tenant,
    project: fc.constantFrom('a', 'b'),
  }),
);

test('whatever happens, the next number is one more than the highest that was ever committed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const tenants = [await organization(), await organization()];
      const highest = new Map<string, number>();
      const standing = new Map<string, number[]>();
      let key = 0;
      for (const each of steps) {
        const id = tenants[each.tenant] as string;
        const series = `${each.tenant}${each.project}`;
        const last = highest.get(series) ?? 0;
        const rows = standing.get(series) ?? [];
        const insert = (count: number) => ({
          text: `insert into tickets (project, key) select $1, $2 || i from generate_series(1, $3::int) i returning number`,
          values: [each.project, `k${key++}-`, count],
        });
        if (each.does === 'insert') {
          const { text, values } = insert(each.rows);
          const wanted = Array.from({ length: each.rows }, (_, i) => last + i + 1);
          expect(await column(id, text, values)).toEqual(wanted);
          highest.set(series, last + each.rows);
          standing.set(series, [...rows, ...wanted]);
        } else if (each.does === 'taken back') {
          await as(id, () =>
            pool.transaction(async (tx) => {
              await tx.query(insert(each.rows));
              throw new Error('taken back');
            }),
          ).catch(() => {});
        } else if (each.does === 'met') {
          const again = `insert into tickets (project, key) select project, key from tickets where project = $1 on conflict (organization_id, key) do nothing`;
          await column(id, again, [each.project]);
        } else {
          const gone = each.does === 'delete last' ? rows.at(-1) : rows[0];
          await column(id, 'delete from tickets where project = $1 and number = $2', [
            each.project,
            gone ?? 0,
          ]);
          standing.set(
            series,
            rows.filter((number) => number !== gone),
          );
        }
      }
      for (const [series, rows] of standing) {
        const id = tenants[Number(series[0])] as string;
        const text = 'select number from tickets where project = $1 order by number';
        expect(await column(id, text, [series.slice(1)])).toEqual(rows);
      }
    }),
    { numRuns: 40 },
  );
});
