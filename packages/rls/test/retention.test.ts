import { describe, expect, test } from 'vitest';
import { retentionOf, upkeepCheck } from '../src/feature/index.ts';

const usual = { events: 90, notes: 30 };

describe('the retention of a definition', () => {
  test('takes the place of the usual one, for ever too', () => {
    expect(retentionOf('defineX', usual, undefined)).toEqual(usual);
    expect(retentionOf('defineX', usual, { notes: false })).toEqual({ events: 90, notes: false });
    expect(retentionOf('defineX', usual, { events: 1, notes: undefined })).toEqual({
      events: 1,
      notes: 30,
    });
  });

  test.each<Record<string, unknown>>([
    { events: 0 },
    { events: 3651 },
    { events: 1.5 },
    { notes: '30' },
    { notes: true },
    { event: 30 },
    { toString: 30 },
  ])('%j is refused', (given) => {
    expect(() => retentionOf('defineX', usual, given as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        found: expect.stringContaining('defineX'),
      }),
    );
  });
});

test('a table that grows is named with its rows and the command', async () => {
  const check = upkeepCheck('x', async () => [
    { table: 'public.few', rows: 3 },
    { table: 'public.many', rows: 1000 },
    { table: 'public.none', rows: 0 },
  ]);
  const found = await check.find({
    query: async () => ({ rows: [] }),
    tenancy: { schema: 'tenantry' },
  } as never);
  expect(found).toMatchObject([
    { object: 'public.few', found: expect.stringContaining('3 rows') },
    { object: 'public.many', found: expect.stringContaining('1000 rows or more') },
  ]);
});
