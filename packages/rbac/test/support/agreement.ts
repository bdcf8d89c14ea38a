import { randomUUID } from 'node:crypto';
import { defineRbac } from '@tenantry/rbac';
import fc from 'fast-check';
import { expect } from 'vitest';
import { rbac, tenancy, type World } from './world.ts';

const universe = rbac.permissions;
type P = (typeof universe)[number];
const resources = [...new Set(universe.map((key) => key.split(':')[0] as string))];

/** Everything that decides what one member may do. */
interface Model {
  readonly defined: readonly P[];
  /** System roles, then roles of the tenant; a parent comes before its children. */
  readonly system: readonly RoleModel[];
  readonly own: readonly RoleModel[];
  readonly assignments: readonly Assignment[];
  readonly behalf: readonly Assignment[] | null;
}

interface RoleModel {
  readonly patterns: readonly string[];
  readonly parent: number | null;
}

interface Assignment {
  readonly role: number;
  readonly on: 0 | 1 | null;
  readonly ends: 'never' | 'past' | 'future';
}

const roleModel = (below: number): fc.Arbitrary<RoleModel> =>
  fc.record({
    patterns: fc.uniqueArray(
      fc.constantFrom('*', ...resources.map((resource) => `${resource}:*`), ...universe),
      { maxLength: 3 },
    ),
    parent: below === 0 ? fc.constant(null) : fc.option(fc.nat(below - 1)),
  });

const assignment = fc.record<Assignment>({
  role: fc.nat(5),
  on: fc.constantFrom(0, 1, null, null),
  ends: fc.constantFrom('never', 'never', 'past', 'future'),
});

export const model: fc.Arbitrary<Model> = fc.record({
  defined: fc.subarray([...universe], { minLength: 3 }),
  system: fc.tuple(roleModel(0), roleModel(1), roleModel(2)),
  own: fc.tuple(roleModel(3), roleModel(4), roleModel(5)),
  assignments: fc.array(assignment, { maxLength: 4 }),
  behalf: fc.option(fc.array(assignment, { maxLength: 3 }), { freq: 3 }),
});

const allRoles = ({ system, own }: Model) => [...system, ...own];

/** Patterns of a role that the definition knows: others cannot be written down. */
const written = ({ defined }: Model, role: RoleModel) =>
  role.patterns.filter(
    (pattern) =>
      pattern === '*' ||
      defined.some((key) => key === pattern || `${key.split(':')[0]}:*` === pattern),
  );

/** What the model says, written without looking at the package. */
function allows(
  given: Model,
  held: readonly Assignment[],
  permission: P,
  on: 0 | 1 | null,
): boolean {
  const grants = (index: number): boolean => {
    const role = allRoles(given)[index] as RoleModel;
    return (
      written(given, role).some(
        (pattern) =>
          pattern === '*' || pattern === permission || pattern === `${permission.split(':')[0]}:*`,
      ) ||
      (role.parent !== null && grants(role.parent))
    );
  };
  return (
    given.defined.includes(permission) &&
    held.some(
      ({ role, on: at, ends }) => ends !== 'past' && (at === null || at === on) && grants(role),
    )
  );
}

const key = (index: number) => (index < 3 ? `system-${index}` : `own-${index}`);

/** Writes a model into the database, asks everything that decides, and counts the answers. */
export async function agree(world: World, given: Model): Promise<number> {
  const { pool, as, ask, asSystem } = world;
  const byResource: Record<string, string[]> = {};
  for (const each of given.defined) {
    const [resource = '', action = ''] = each.split(':');
    byResource[resource] = [...(byResource[resource] ?? []), action];
  }
  const roles: Record<string, readonly string[]> = { owner: ['*'] };
  given.system.forEach((role, i) => {
    roles[key(i)] = [...(role.parent === null ? [] : [key(role.parent)]), ...written(given, role)];
  });
  await defineRbac(tenancy, { permissions: byResource, roles: roles as never }).sync(pool);

  const { id, owner } = await world.organization();
  const user = await world.member(id);
  const other = await world.member(id);
  const projects = [randomUUID(), randomUUID()];
  await ask('delete from projects where organization_id = $1', [id]);
  await ask(
    `insert into projects (organization_id, id, name) select $1, unnest($2::uuid[]), 'Project'`,
    [id, projects],
  );
  await asSystem(async () => {
    for (const [i, role] of given.own.entries()) {
      await rbac.roles.save(pool, {
        organizationId: id,
        key: key(i + 3),
        name: 'Own',
        parent: role.parent === null ? null : key(role.parent),
        permissions: written(given, role) as P[],
      });
    }
    const give = async (to: string, { role, on, ends }: Assignment) =>
      rbac.members.assign(pool, {
        organizationId: id,
        user: to,
        role: key(role),
        ...(on !== null && { on: { type: 'projects', id: projects[on] as string } }),
        ...(ends !== 'never' && {
          expiresAt: new Date(Date.now() + (ends === 'past' ? -1 : 1) * 3_600_000),
        }),
      });
    for (const each of given.assignments) await give(user, each);
    for (const each of given.behalf ?? []) await give(other, each);
  });
  expect(owner).toBeTypeOf('string');

  const held = { user: lastOf(given.assignments), other: lastOf(given.behalf ?? []) };
  const expected = (permission: P, on: 0 | 1 | null) =>
    allows(given, held.user, permission, on) &&
    (given.behalf === null || allows(given, held.other, permission, on));
  let decisions = 0;
  const same = (answer: unknown, wanted: unknown) => {
    decisions++;
    expect(answer).toEqual(wanted);
  };
  const inScope = (fn: () => Promise<void>) =>
    as(user, id, fn, given.behalf === null ? undefined : other);

  await inScope(async () => {
    for (const permission of given.defined) {
      const wide = expected(permission, null);
      same([permission, rbac.can(permission)], [permission, wide]);
      const { rows } = await pool.query('select tenantry.can($1) as may', [permission]);
      same([permission, rows[0].may], [permission, wide]);
      same([permission, (await rbac.explain(pool, permission)).allowed], [permission, wide]);
      for (const on of [0, 1] as const) {
        const of = { id: projects[on] as string, resource: 'projects' };
        const wanted = [permission, on, expected(permission, on)];
        same([permission, on, rbac.can(permission, of)], wanted);
        const { allowed } = await rbac.explain(pool, permission, { of });
        same([permission, on, allowed], wanted);
      }
    }
    const readable = given.defined.includes('projects:read')
      ? projects.filter((_, on) => expected('projects:read', on as 0 | 1))
      : null;
    const seen = await pool.query('select id from projects').then(
      ({ rows }) => rows.map((row) => row.id as string).sort(),
      () => null,
    );
    same(seen, readable && [...readable].sort());
  });
  // a definition is worked out for every organization that there is
  await asSystem(() => pool.query('delete from organizations where id = $1', [id]));
  return decisions;
}

/** Giving a role again for the same resource replaces its end. */
function lastOf(assignments: readonly Assignment[]): readonly Assignment[] {
  const last = new Map(assignments.map((each) => [`${each.role} ${each.on}`, each]));
  return [...last.values()];
}
