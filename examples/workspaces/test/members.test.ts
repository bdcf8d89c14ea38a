import { expect, it } from 'vitest';
import { listed, pathsOf } from '../src/demo/paths.ts';
import { rbac } from '../src/rbac.ts';
import { testWorld } from './support/world.ts';

const { send, seeded, ask, as, pool } = await testWorld();
const at = pathsOf(seeded, 'northwind');
const { ruth, tom, ines } = seeded.users.northwind as Record<string, string>;
const contracts = at.workspace('contracts');
const asInes = { as: 'northwind/ines' } as const;
const asTom = { as: 'northwind/tom' } as const;
const asRuth = { as: 'northwind/ruth' } as const;

it('gives a role for one workspace, and takes it, from the next request on', async () => {
  const role = `${contracts}/members/${tom}/roles/viewer` as const;
  expect(await send(`GET ${contracts}`, asTom)).toMatchObject({ status: 404 });
  expect(await send(`PUT ${role}`, asInes)).toMatchObject({ status: 200 });
  expect(await send(`GET ${contracts}`, asTom)).toMatchObject({
    status: 200,
    json: { slug: 'contracts', projectCount: 1, documentCount: 3 },
  });
  const { json } = await send(`GET ${contracts}/members`, asInes);
  expect(json.items).toMatchObject([
    { displayName: 'Inés Ortega', role: 'owner', scope: 'tenant' },
    { displayName: 'Ruth Okafor', role: 'viewer', scope: 'workspaces' },
    { displayName: 'Tom Becker', role: 'viewer', scope: 'workspaces' },
  ]);
  expect(await send(`DELETE ${role}`, asInes)).toMatchObject({ status: 200 });
  expect(await send(`GET ${contracts}`, asTom)).toMatchObject({ status: 404 });
});

it('lets a manager of one workspace restore there, and nowhere else', async () => {
  await send(`PUT ${contracts}/members/${ruth}/roles/manager`, asInes);
  const { json: page } = await send(`GET ${at.documents('contracts', 'Lease templates')}`, asRuth);
  const lease = page.items[0].id as string;
  const { json: other } = await send(
    `GET ${at.documents('litigation', 'Estate of M. Duarte')}`,
    asTom,
  );
  const inventory = other.items[0].id as string;
  await send(`DELETE ${at.document('contracts', lease)}`, asRuth);
  await send(`DELETE ${at.document('litigation', inventory)}`, asTom);
  const { json: trash } = await send('GET /api/trash', asRuth);
  expect(trash.documents).toMatchObject([{ id: lease, title: 'Office lease' }]);
  const restore = (id: string) => send(`POST /api/trash/documents/${id}/restore`, asRuth);
  expect(await restore(inventory)).toMatchObject({ status: 404 });
  expect(await restore(lease)).toMatchObject({ status: 204 });
  await send(`DELETE ${contracts}/members/${ruth}/roles/manager`, asInes);
});

it('gives nobody a role for a workspace of another tenant', async () => {
  const foreign = pathsOf(seeded, 'fabrikam').workspace('clinics');
  const given = await send(`PUT ${foreign}/members/${tom}/roles/viewer`, asInes);
  expect(given).toMatchObject({ status: 404 });
  const { clinics } = seeded.workspaces.fabrikam as Record<string, string>;
  // nor past the route
  const past = as('northwind', 'ines', () =>
    rbac.members.assign(pool, {
      user: tom as string,
      role: 'viewer',
      on: { type: 'workspaces', id: clinics as string },
    }),
  );
  await expect(past).rejects.toMatchObject({ code: 'RESOURCE_UNKNOWN' });
  const stranger = await send(
    `PUT ${contracts}/members/${seeded.users.fabrikam.mei}/roles/viewer`,
    asInes,
  );
  expect(stranger).toMatchObject({ status: 404 });
});

it('lets nobody give what they do not have', async () => {
  const toTom = await send(`PUT ${contracts}/members/${tom}/roles/owner`, asTom);
  expect(toTom).toMatchObject({ status: 403, json: { code: 'PERMISSION_DENIED' } });
  await send(`PUT /api/members/${tom}/roles/admin`, asInes);
  const toOwner = await send(`PUT /api/members/${tom}/roles/owner`, asTom);
  expect(toOwner).toMatchObject({ status: 403 });
  await send(`DELETE /api/members/${tom}/roles/admin`, asInes);
  const last = await send(`DELETE /api/members/${ines}/roles/owner`, asInes);
  expect(last).toMatchObject({ status: 409, json: { code: 'LAST_OWNER' } });
});

it('adds a member who may do nothing until somebody gives them a role', async () => {
  const body = { email: 'Noor@Example.com', displayName: 'Noor Haddad' };
  const made = await send('POST /api/members', { ...asInes, body });
  expect(made).toMatchObject({ status: 201, json: { email: 'noor@example.com' } });
  expect(await send('POST /api/members', { ...asInes, body })).toMatchObject({
    status: 409,
    json: { code: 'ROW_EXISTS', title: 'Somebody with that address is a member already' },
  });
  expect(await send('POST /api/members', { ...asTom, body })).toMatchObject({ status: 403 });
  const roles = await ask('select 1 from member_roles where user_id = $1', [made.json.id]);
  expect(roles).toEqual([]);
  const { json } = await send('GET /api/members', asTom);
  expect(json.items.map(({ email }: { email: string }) => email)).toContain('noor@example.com');
  await send(`DELETE /api/members/${made.json.id}`, asInes);
});

it('lets the same person have an account at each customer', async () => {
  const [{ count }] = await ask(`select count(*)::int from users where email = 'tom@example.com'`);
  expect(count).toBe(2);
  const { json } = await send('GET /api/workspaces', { as: 'fabrikam/tom' });
  expect(listed(json)).toEqual(['Clinics']);
});

it('says what one may do, and where', async () => {
  const { json } = await send('GET /api/me', asTom);
  const litigation = seeded.workspaces.northwind.litigation as string;
  expect(json.permissions).toEqual([]);
  expect(json.resources.workspaces[litigation]).toContain('documents:update');
});

it('lets nobody in when the tenant was closed', async () => {
  await ask(`update tenants set deleted_at = now() where slug = 'northwind'`);
  const closed = await send('GET /api/tenant', asInes);
  const unknown = await send('GET /api/tenant', { ...asInes, tenant: 'no-such-one' });
  expect(closed).toMatchObject({ status: 404, text: unknown.text });
  await ask(`update tenants set deleted_at = null where slug = 'northwind'`);
  expect(await send('GET /api/tenant', asInes)).toMatchObject({
    status: 200,
    json: { name: 'Northwind Legal', plan: 'team', memberCount: 3 },
  });
});
