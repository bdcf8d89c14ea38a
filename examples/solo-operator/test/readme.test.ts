import { readMap, tablesOf } from '@tenantry/example-kit/readme';
import { expect, it } from 'vitest';
import * as schema from '../src/schema/index.ts';

const map = readMap(new URL('../README.md', import.meta.url));

it('links to files that exist, and cites tests that exist', () => {
  expect(map.deadLinks).toEqual([]);
  expect(map.missingTests).toEqual([]);
});

it('has every table in its map', () => {
  const tables = tablesOf(schema);
  expect(tables).toHaveLength(33);
  expect(map.lacks(tables)).toEqual([]);
});
