import type { GeneratedObject } from '../../generate/index.ts';
import type { Context } from './context.ts';
import { grantKey } from './live.ts';
import { rightsRepair, wantedPrivileges } from './rights.ts';
import { kindTitle, objectTitle } from './titles.ts';
import type { Difference } from './types.ts';

const none: ReadonlyMap<string, readonly string[]> = new Map();
/** Views and sequences store their rights like tables. */
const aclKind = (of: string | undefined) => (of === 'function' || of === 'schema' ? of : 'table');

/** Rights that roles have on our objects and should not have, and rights that they lack. */
export function* compareRights(context: Context): Generator<Difference> {
  const { wanted, live, version, roles } = context;
  const named = new Map<string, { first: GeneratedObject; roles: Set<string> }>();
  for (const object of wanted) {
    if (object.kind !== 'grant' || !exists(context, object)) continue;
    const key = grantKey(aclKind(object.of), object.schema, object.relation);
    const known = named.get(key) ?? { first: object, roles: new Set() };
    named.set(key, known);
    known.roles.add(object.name);
    if (ownerOf(context, object) === object.name || object.name === 'current_user') continue;
    const should = wantedPrivileges(object, version);
    // for a foreign schema only the needed rights are known
    const all = object.of !== 'schema' || object.schema === context.schema;
    const has = (live.grants.get(key)?.get(object.name) ?? [])
      .map((privilege) => (all ? privilege : privilege.replace(' with grant option', '')))
      .sort();
    const extra = has.filter((privilege) => all && !should.includes(privilege));
    const lacks = should.filter((privilege) => !has.includes(privilege));
    if (extra.length + lacks.length === 0) continue;
    const words = [
      extra.length > 0 && `may ${shortened(extra)}, which generate does not grant`,
      lacks.length > 0 && `lacks ${shortened(lacks)}`,
    ].filter((word) => word !== false);
    yield {
      problem: 'rights',
      title: kindTitle(object),
      object: objectTitle(object),
      found: `${object.name === 'public' ? 'everybody' : `role ${object.name}`} ${words.join(', and ')}.`,
      evidence: [],
      repair: rightsRepair(object, object.name, all ? should : [...has, ...lacks]),
      wanted: object,
    };
  }
  // nobody else may have rights in the tenancy's schema; without the features their roles are unknown
  if (!context.whole) return;
  // a role with rights in it may be the former app or system role, before a rename
  const former = new Set<string>();
  const strangers = [...named].flatMap(([key, { first, roles: known }]) =>
    [...(live.grants.get(key) ?? none)].flatMap(([role, privileges]) => {
      if (known.has(role) || roles.get(role)?.superuser === true) return [];
      if (first.schema === context.schema) former.add(role);
      return [{ first, role, privileges }];
    }),
  );
  for (const { first, role, privileges } of strangers) {
    if (first.schema !== context.schema && (role === 'public' || !former.has(role))) continue;
    yield {
      problem: 'rights',
      title: kindTitle(first),
      object: objectTitle(first),
      found: `${role === 'public' ? 'everybody' : `role ${role}`} may ${shortened(privileges)}, which generate does not grant.`,
      evidence: [],
      repair: rightsRepair(first, role, []),
      wanted: first,
    };
  }
}

const shortened = (words: readonly string[]): string =>
  words.length > 6
    ? `${words.slice(0, 5).join(', ')} and ${words.length - 5} more`
    : words.join(', ');

/** A right on a missing object is not a separate finding. */
function exists(context: Context, object: GeneratedObject): boolean {
  return ownerOf(context, object) !== undefined;
}

function ownerOf({ live }: Context, { of, schema, relation }: GeneratedObject): string | undefined {
  if (of === 'schema') return live.names.get(JSON.stringify(['schema', schema, schema]));
  const path = JSON.stringify([schema, relation]);
  return of === 'function' ? live.functions.get(path)?.owner : live.relations.get(path)?.owner;
}
