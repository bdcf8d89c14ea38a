import { createHash } from 'node:crypto';

const longest = 63; // bytes; PostgreSQL silently truncates longer names

const snake = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();

/**
 * Joins parts to the name of a policy, an index or a constraint. A name that PostgreSQL would truncate,
 * or that loses non-ASCII letters, ends in a hash of the whole name, so two such names never collide.
 */
export function objectName(...parts: readonly string[]): string {
  const whole = parts.map(snake).join('_');
  const lost = parts.some((part) => /[^\x20-\x7e]/.test(part));
  if (whole.length <= longest && !lost) return whole;
  const hashed = lost ? parts.join('\0') : whole;
  const hash = createHash('sha256').update(hashed).digest('hex').slice(0, 8);
  return `${whole.slice(0, longest - 9)}_${hash}`;
}
