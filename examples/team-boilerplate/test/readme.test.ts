import { readMap, tablesOf } from '@tenantry/example-kit/readme';
import { expect, it } from 'vitest';
import * as schema from '../src/schema/index.ts';

it('has a map that tells the truth', () => {
  const map = readMap(new URL('../README.md', import.meta.url));
  expect(map.deadLinks).toEqual([]);
  expect(map.missingTests).toEqual([]);
  expect(map.lacks(tablesOf(schema))).toEqual([]);
});
