import type { Tenancy } from '@tenantry/core';
import { runningPlace } from '@tenantry/core/scope';
import type { Queryable } from '@tenantry/core/sql';
import type { Drift } from '@tenantry/rls/feature';
import { call } from '../calls.ts';
import type { RbacDefinition } from '../definition/types.ts';
import { definitionJson } from '../sql/sync.ts';
import type { Stored } from './answers.ts';

/** How many members are worked out in one transaction; others write between two of them. */
const piece = 500;

/**
 * Makes the database equal to the definition, in a system scope; equal rows are not touched. The affected
 * members are recomputed in batches, each in its own transaction when `db` is the pool or a database on
 * it. Until then their checks are correct but slower.
 */
export async function sync(
  db: Queryable,
  tenancy: Tenancy,
  definition: RbacDefinition,
): Promise<readonly Drift[]> {
  const before = await drift(db, tenancy, definition);
  const reason = 'synchronise permissions and built-in roles';
  const there = { reason, actor: 'rbac', write: true, ...runningPlace(tenancy) };
  await tenancy.asSystem(there, async () => {
    await call(db, 'rbac_sync', definitionJson(definition));
    await refresh(db);
  });
  return before;
}

/**
 * Recomputes all members that a change of a role or of the definition has marked.
 * @returns the number of members
 */
export async function refresh(db: Queryable): Promise<number> {
  let members = 0;
  for (let more = piece; more > 0; members += more)
    more = await call(db, 'rbac_refresh', null, piece);
  return members;
}

/** What differs between the definition and the database; empty when nothing does. */
export async function drift(
  db: Queryable,
  tenancy: Tenancy,
  definition: RbacDefinition,
): Promise<readonly Drift[]> {
  const reason = 'compare permissions and built-in roles';
  const stored = await tenancy.asSystem({ reason, actor: 'rbac', ...runningPlace(tenancy) }, () =>
    call(db, 'rbac_definition'),
  );
  return [
    ...compare<Stored['permissions'][number]>(
      'permission',
      definition.permissions,
      stored.permissions,
      (p) => [p.description],
    ),
    ...compare<Stored['roles'][number]>('role', definition.roles, stored.roles, (r) => [
      r.name,
      r.parent ?? '',
      ...[...r.permissions].sort(),
    ]),
    ...(stored.marked === 0
      ? []
      : [
          difference(
            'changed',
            'member',
            String(stored.marked),
            `The definition has changed for ${stored.marked} members who are worked out at each entry until it is synchronised.`,
          ),
        ]),
    ...stored.dangling.map((key) =>
      difference(
        'unknown',
        'grant',
        key,
        `Roles of tenants grant ${key}, which the definition does not have: it allows nothing.`,
      ),
    ),
  ];
}

const difference = (kind: Drift['kind'], what: string, key: string, found: string): Drift =>
  Object.freeze({ feature: 'rbac', what, key, kind, found });

function compare<T extends { readonly key: string }>(
  what: 'permission' | 'role',
  wanted: readonly T[],
  stored: readonly T[],
  parts: (each: T) => readonly string[],
): Drift[] {
  const found = new Map(stored.map((each) => [each.key, each]));
  const keys = new Set(wanted.map(({ key }) => key));
  const text = (each: T) => parts(each).join(', ');
  return [
    ...wanted.flatMap((each): Drift[] => {
      const { key } = each;
      const there = found.get(key);
      if (there === undefined) {
        return [difference('missing', what, key, `The database lacks the ${what} ${key}.`)];
      }
      if (text(each) === text(there)) return [];
      const differs = `The ${what} ${key} is (${text(there)}) in the database and (${text(each)}) in code.`;
      return [difference('changed', what, key, differs)];
    }),
    ...stored
      .filter(({ key }) => !keys.has(key))
      .map(({ key }) =>
        difference('unknown', what, key, `The database has a ${what} ${key}, which code does not.`),
      ),
  ];
}
