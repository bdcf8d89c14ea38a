import { check, checkType, type OptionType, typeName } from '@tenantry/core/errors';
import { expand } from './patterns.ts';
import type {
  PermissionActions,
  PermissionDefinition,
  RbacDefinition,
  RoleDefinition,
} from './types.ts';

const word = /^[a-z][a-z0-9_-]{0,62}$/;

/** The options of `defineRbac`, without their types. */
interface Given {
  readonly permissions: PermissionActions;
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly owner?: string | undefined;
  readonly descriptions?: Readonly<Record<string, string | undefined>> | undefined;
  readonly names?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Checks a definition and expands it.
 * @throws TenantryError `CONFIG_INVALID` for a malformed name, an unknown permission or role, a cycle of
 *   roles, and a missing owner.
 */
export function readDefinition({ permissions, roles, ...given }: Given): RbacDefinition {
  checkEach(permissions, 'array', 'permissions');
  checkEach(roles, 'array', 'roles');
  checkEach(given.names, 'string?', 'names');
  checkEach(given.descriptions, 'string?', 'descriptions');
  const known = readPermissions(permissions, given.descriptions ?? {});
  const keys = known.map(({ key }) => key);
  const patterns = new Set([...keys, '*', ...Object.keys(permissions).map((r) => `${r}:*`)]);
  for (const key of Object.keys(roles)) checkWord(key, 'role');
  const grants = closeRoles(roles, patterns);
  const owner = given.owner ?? 'owner';
  check(
    Object.hasOwn(roles, owner),
    `no role ${owner}, which every tenant must have a member of.`,
    "Define the role owner: ['*'], or name yours: defineRbac(tenancy, { …, owner: 'admin' }).",
  );
  return Object.freeze({
    owner,
    permissions: known,
    roles: Object.entries(roles).map(([key, list]): RoleDefinition => {
      const [parent = null, ...further] = list.filter((entry) => !patterns.has(entry));
      // a row has one parent; the grants of the other listed roles are copied
      const written = [
        ...list.filter((entry) => patterns.has(entry)),
        ...further.flatMap((other) => [...(grants.get(other) ?? [])]),
      ];
      return Object.freeze({
        key,
        name: given.names?.[key] ?? titled(key),
        parent,
        permissions: [...new Set(written)].sort(),
        granted: expand(grants.get(key) ?? [], keys),
      });
    }),
  });
}

function readPermissions(
  actions: PermissionActions,
  descriptions: Readonly<Record<string, string | undefined>>,
): PermissionDefinition[] {
  return Object.entries(actions).flatMap(([resource, each]) => {
    checkWord(resource, 'resource');
    return [...new Set(each)].map((action) => {
      checkWord(action, 'action');
      const key = `${resource}:${action}`;
      return Object.freeze({ key, resource, action, description: descriptions[key] ?? '' });
    });
  });
}

/** The patterns of each role, including those of the roles that it names. */
function closeRoles(
  roles: Given['roles'],
  patterns: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const closed = new Map<string, ReadonlySet<string>>();
  const close = (key: string, path: readonly string[]): ReadonlySet<string> => {
    const known = closed.get(key);
    if (known !== undefined) return known;
    check(
      !path.includes(key),
      `roles that name each other in a circle: ${[...path.slice(path.indexOf(key)), key].join(' → ')}.`,
      'Take one of these roles out of the list of the other.',
    );
    const own = new Set<string>();
    for (const entry of roles[key] ?? []) {
      checkType(entry, 'string', `an entry of role ${key}`);
      const isPattern = patterns.has(entry);
      check(
        isPattern || Object.hasOwn(roles, entry),
        `role ${key} names ${JSON.stringify(entry)}, which is neither a permission nor a role.`,
        'Define the permission, or correct the name.',
      );
      for (const each of isPattern ? [entry] : close(entry, [...path, key])) own.add(each);
    }
    closed.set(key, own);
    return own;
  };
  for (const key of Object.keys(roles)) close(key, []);
  return closed;
}

const checkEach = (values: object | undefined, type: OptionType, option: string): void => {
  for (const [name, value] of Object.entries(values ?? {}))
    checkType(value, type, `${option}.${name} of defineRbac`);
};

/** A word of the definition in a message. */
const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : `a value of type ${typeName(value)}`;

const checkWord = (value: unknown, what: string): void =>
  check(
    typeof value === 'string' && word.test(value),
    `${what} ${shown(value)}.`,
    'Use lower-case letters, digits, _ and -, beginning with a letter; at most 63.',
  );

const titled = (key: string) => key.charAt(0).toUpperCase() + key.slice(1).replaceAll(/[-_]/g, ' ');
