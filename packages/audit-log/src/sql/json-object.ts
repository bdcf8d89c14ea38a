import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';

/** A call takes at most 100 arguments: 50 keys with their values. */
const most = 50;

/** A jsonb object of any number of keys. */
export function objectOf(members: readonly (readonly [key: string, value: Ddl])[]): Ddl {
  const objects: Ddl[] = [];
  for (let first = 0; first < members.length; first += most) {
    const some = members.slice(first, first + most);
    objects.push(
      ddl`jsonb_build_object(${join(some.map(([key, value]) => ddl`${literal(key)}, ${value}`))})`,
    );
  }
  return balanced(objects);
}

/**
 * Concatenates objects, pairwise when there are many: each `||` copies its left side, and deep nesting is
 * expensive for the server.
 */
export function balanced(objects: readonly Ddl[]): Ddl {
  if (objects.length === 0) return ddl`'{}'::jsonb`;
  if (objects.length <= most) return join(objects, ' || ');
  const half = Math.ceil(objects.length / 2);
  return ddl`(${balanced(objects.slice(0, half))}) || (${balanced(objects.slice(half))})`;
}
