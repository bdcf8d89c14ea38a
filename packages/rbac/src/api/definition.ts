import type { Tenancy } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import { call } from '../calls.ts';
import type { Definition } from '../definition/types.ts';
import { definitionJson } from '../sql/sync.ts';
import type { Stored } from './answers.ts';

/** A difference between the definition in code and the database. */
export interface Drift {
  readonly kind: 'missing' | 'changed' | 'unknown';
  readonly what: 'permission' | 'role' | 'grant' | 'member';
  readonly key: string;
  /** The difference in one sentence. */
  readonly found: string;
}

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
  definition: Definition,
): Promise<readonly Drift[]> {
  const before = await drift(db, tenancy, definition);
  await tenancy.asSystem(
    { reason: 'synchronise permissions and system roles', actor: 'rbac', write: true },
    async () => {
      await call(db, 'rbac_sync', definitionJson(definition));
      await refresh(db);
    },
  );
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
  definition: Definition,
): Promise<readonly Drift[]> {
  const stored = await tenancy.asSystem(
    { reason: 'compare permissions and system roles', actor: 'rbac' },
    () => call(db, 'rbac_definition'),
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
          {
            kind: 'changed' as const,
            what: 'member' as const,
            key: String(stored.marked),
            found: `The definition has changed for ${stored.marked} members who are worked out at each entry until it is synchronised.`,
          },
        ]),
    ...stored.dangling.map((key) => ({
      kind: 'unknown' as const,
      what: 'grant' as const,
      key,
      found: `Roles of tenants grant ${key}, which the definition does not have: it allows nothing.`,
    })),
  ];
}

function compare<T extends { readonly key: string }>(
  what: 'permission' | 'role',
  wanted: readonly T[],
  stored: readonly T[],
  parts: (each: T) => readonly string[],
): Drift[] {
  const found = new Map(stored.map((each) => [each.key, each]));
  const keys = new Set(wanted.map(({ key }) => key));
  return [
    ...wanted.flatMap((each): Drift[] => {
      const there = found.get(each.key);
      if (there === undefined) {
        return [
          {
            kind: 'missing',
            what,
            key: each.key,
            found: `The database lacks the ${what} ${each.key}.`,
          },
        ];
      }
      const [code, database] = [parts(each), parts(there)].map((list) => list.join(', '));
      if (code === database) return [];
      return [
        {
          kind: 'changed',
          what,
          key: each.key,
          found: `The ${what} ${each.key} is (${database}) in the database and (${code}) in code.`,
        },
      ];
    }),
    ...stored.flatMap(({ key }): Drift[] =>
      keys.has(key)
        ? []
        : [
            {
              kind: 'unknown',
              what,
              key,
              found: `The database has a ${what} ${key}, which code does not.`,
            },
          ],
    ),
  ];
}
