import { readMap, tablesOf } from '@tenantry/example-kit/readme';
import { expect, it } from 'vitest';
import * as schema from '../src/schema.ts';

const map = readMap(new URL('../README.md', import.meta.url));

it('maps every table, and leads to files and tests that exist', () => {
  expect(map.deadLinks).toEqual([]);
  expect(map.missingTests).toEqual([]);
  expect(map.citedTests.length).toBeGreaterThan(20);
  expect(map.lacks(tablesOf(schema))).toEqual([]);
});
