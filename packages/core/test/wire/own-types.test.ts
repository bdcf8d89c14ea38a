import { expect, test, vi } from 'vitest';
import { ResultBuilder } from '../../src/wire/result.ts';

const fields = [
  { name: 'id', dataTypeID: 23 },
  { name: 'created_at', dataTypeID: 1184 },
];
const values = ['7', '2024-10-27 01:30:00+02'];

/** What `read` gives, and how often it looks something up by its identity. */
function lookUps<T>(read: () => T): { readonly gave: T; readonly times: number } {
  const spy = vi.spyOn(WeakMap.prototype, 'get');
  try {
    const gave = read();
    return { gave, times: spy.mock.calls.length };
  } finally {
    spy.mockRestore();
  }
}

// Drizzle makes new parsers for every query: a cache that knows them by identity only ever misses.
test("a query's own parsers are asked once a column, and looked up nowhere", () => {
  const asked: number[] = [];
  const getTypeParser = (oid: number) => {
    asked.push(oid);
    return (text: string) => `own ${text}`;
  };
  const { gave, times } = lookUps(() => {
    const builder = new ResultBuilder('array', { getTypeParser });
    builder.describe(fields);
    for (let i = 0; i < 50; i++) builder.row(values);
    return builder.result().rows;
  });
  expect(gave[49]).toEqual(['own 7', 'own 2024-10-27 01:30:00+02']);
  expect(asked).toEqual([23, 1184]);
  expect(times).toBe(0);
});

test('the parser of a timestamp of the connection is looked up once a shape', () => {
  const { gave, times } = lookUps(() => {
    const builder = new ResultBuilder();
    builder.describe(fields);
    for (let i = 0; i < 50; i++) builder.row(values);
    return builder.result().rows;
  });
  expect(gave[49]).toEqual({ id: 7, created_at: new Date('2024-10-26T23:30:00Z') });
  expect(times).toBe(1);
});
