import { createHash } from 'node:crypto';

const longest = 63; // bytes; PostgreSQL cuts longer names without a word

const snake = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();

/**
 * Joins parts to the name of a policy, an index or a constraint. A name that PostgreSQL would cut
 * keeps its beginning and ends in a hash of the whole, so that two long names never collide.
 */
export function objectName(...parts: readonly string[]): string {
  const whole = parts.map(snake).join('_');
  if (whole.length <= longest) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, longest - 9)}_${hash}`;
}
