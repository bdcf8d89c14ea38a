import fc from 'fast-check';
import { expect, it } from 'vitest';
import { orderTables } from '../../src/rows/order.ts';

const graph = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    edges: fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: count - 1 }),
        to: fc.integer({ min: 0, max: count - 1 }),
        soft: fc.boolean(),
      }),
      { maxLength: 16 },
    ),
  }),
);

it('every key leads backwards or is broken, and none is broken without a cycle', () => {
  fc.assert(
    fc.property(graph, ({ count, edges }) => {
      const { order, broken } = orderTables(count, edges, ({ soft }) => soft);
      expect([...order].sort()).toEqual(Array.from({ length: count }, (_, i) => i));
      const at = (i: number) => order.indexOf(i);
      for (const edge of edges) {
        if (!broken.includes(edge)) expect(at(edge.to)).toBeLessThan(at(edge.from));
      }
      const forwards = edges.filter(({ from, to }) => from < to);
      expect(orderTables(count, forwards, () => true).broken).toEqual([]);
    }),
  );
});

it('keeps the order that it was given where no key says otherwise', () => {
  const { order } = orderTables(4, [{ from: 0, to: 3 }], () => true);
  expect(order).toEqual([1, 2, 3, 0]);
});

it('breaks the key that can wait', () => {
  const hard = { from: 0, to: 1 };
  const soft = { from: 1, to: 0 };
  const { order, broken } = orderTables(2, [hard, soft], (edge) => edge === soft);
  expect(order).toEqual([1, 0]);
  expect(broken).toEqual([soft]);
});
