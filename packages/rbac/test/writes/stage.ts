import { randomUUID } from 'node:crypto';
import { codeOf, dialect, rbac, type World } from '../support/world.ts';

/** A case of the table in docs/concepts/role-writes.md: its first cell is the key. */
export type Cases = Readonly<Record<string, () => Promise<void>>>;

/** How an UPDATE of the tenant column is refused: Citus does it before a trigger could. */
export const tenantChanged = dialect === 'citus' ? 'TENANT_UPDATE_REFUSED' : '42501';

/** Columns that an UPDATE repeats as they are; Citus takes no tenant column among them. */
export const unchanged = (...columns: readonly string[]) =>
  columns
    .filter((column) => dialect === 'postgres' || column !== 'organization_id')
    .map((column) => `${column} = ${column}`)
    .join(', ');

/** An organization with an owner, an admin who lacks `billing:manage`, and a viewer. */
export async function stageOf(world: World) {
  const { pool, as, ask, asSystem } = world;
  const { id, owner } = await world.organization();
  const admin = await world.member(id, 'admin');
  const viewer = await world.member(id, 'viewer');
  const sqlAs =
    (user: string) =>
    (text: string, values: unknown[] = []) =>
      codeOf(as(user, id, () => pool.query(text, values)));
  const by =
    (user: string) =>
    <R>(fn: () => Promise<R>) =>
      codeOf(as(user, id, fn));
  const roleId = async (key: string) => {
    const [row] = await ask<{ id: string }>(
      `select id from built_in_roles where key = $1
       union all select id from roles where key = $1 and organization_id = $2`,
      [key, id],
    );
    return row?.id as string;
  };
  const save = (
    key: string,
    permissions: Parameters<typeof rbac.roles.save>[1]['permissions'],
    parent: string | null = null,
  ) => as(owner, id, () => rbac.roles.save(pool, { key, name: key, permissions, parent }));
  const invite = (role: string, sender = owner, email = `${randomUUID()}@example.com`) =>
    as(sender, id, () => rbac.invitations.create(pool, { email, role }));
  const accept = (token: string, email: string, user: string) =>
    codeOf(rbac.invitations.accept(pool, { token, user, email }));
  const held = async (user: string) => {
    const [row] = await ask<{ permissions: string[] }>(
      'select permissions from tenantry.rbac_effective($1, array[$2::uuid])',
      [id, user],
    );
    return row?.permissions ?? null;
  };
  return {
    world,
    pool,
    ask,
    asSystem,
    id,
    owner,
    admin,
    viewer,
    asAdmin: by(admin),
    asOwner: by(owner),
    by,
    adminSql: sqlAs(admin),
    ownerSql: sqlAs(owner),
    sqlAs,
    roleId,
    save,
    invite,
    accept,
    held,
  };
}

export type Stage = Awaited<ReturnType<typeof stageOf>>;
