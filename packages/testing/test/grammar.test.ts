import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documented } from './grammar/exceptions.ts';
import * as rules from './grammar/rules.ts';
import { readSurface } from './grammar/surface.ts';

// The public surfaces of the packages rhyme.

const surface = readSurface(join(import.meta.dirname, '../../..'));

test('every package has a surface', () => {
  expect(new Set(surface.exports.map((each) => each.package)).size).toBeGreaterThan(7);
  expect(surface.ofDrizzle.has('eq')).toBe(true);
});

test.each(Object.entries(rules))('%s', (name, rule) => {
  const excused = Object.keys(documented[name as keyof typeof rules] ?? {});
  expect([...new Set(rule(surface))].sort()).toEqual(excused.sort());
});
