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
 * Objects put together as one. In pairs, where they are many: each `||` copies what is on its left, and
 * the server walks an expression as deep as it is nested.
 */
export function balanced(objects: readonly Ddl[]): Ddl {
  if (objects.length === 0) return ddl`'{}'::jsonb`;
  if (objects.length <= most) return join(objects, ' || ');
  const half = Math.ceil(objects.length / 2);
  return ddl`(${balanced(objects.slice(0, half))}) || (${balanced(objects.slice(half))})`;
}
