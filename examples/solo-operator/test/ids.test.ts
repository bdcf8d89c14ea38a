import { expect, it } from 'vitest';
import { newId } from '../src/ids.ts';

it('have 21 letters and digits, each as likely as the others', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[A-Za-z0-9]{21}$/.test(id))).toEqual([]);
  const counts = new Map<string, number>();
  for (const letter of ids.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // 6774 of each on average, ± 82: seven times that happens to nobody
  const expected = (ids.length * 21) / 62;
  for (const [letter, count] of counts)
    expect([letter, Math.abs(count - expected) < 7 * Math.sqrt(expected)]).toEqual([letter, true]);
});
