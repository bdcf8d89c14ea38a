import { describe, expect, it } from 'vitest';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const send = asAda(stage);
const { seeded } = stage;
const alan = seeded.users.alan;

describe('roles', () => {
  it('are listed with what they grant', async () => {
    const { json } = await send('GET /api/roles');
    const viewer = json.items.find(({ key }: { key: string }) => key === 'viewer');
    expect(viewer).toMatchObject({ builtIn: true, permissions: ['projects:read'] });
    expect(json.permissions.map(({ key }: { key: string }) => key)).toContain('roles:manage');
  });

  it('of one project let its member change this one', async () => {
    const body = { name: 'Reviewer', permissions: ['projects:update'] };
    expect((await send('PUT /api/roles/reviewer', { body })).status).toBe(200);
    const { json } = await send('GET /api/projects');
    const [one, two] = json.items.map(({ id }: { id: string }) => id);
    const eveAtGlobex = { as: 'eve', organization: 'globex' } as const;
    const asBob = { as: 'bob', organization: 'globex' } as const;
    const globex = (await stage.send('GET /api/projects', asBob)).json.items[0].id;
    await stage.send('PUT /api/roles/reviewer', { ...asBob, body });
    const given = await stage.send(`POST /api/members/${seeded.users.eve}/roles`, {
      ...asBob,
      body: { role: 'reviewer', project: globex },
    });
    expect(given.status).toBe(201);
    const change = { body: { description: 'reviewed' } };
    const at = (id: string) => `PATCH /api/projects/${id}` as const;
    expect((await stage.send(at(globex), { ...eveAtGlobex, ...change })).status).toBe(200);
    for (const id of [one, two]) {
      expect((await stage.send(at(id), { ...eveAtGlobex, ...change })).status).toBe(403);
    }
    // taken back for the project that it was given for, once
    const take = (query: string) =>
      stage.send(`DELETE /api/members/${seeded.users.eve}/roles/reviewer${query}`, asBob);
    expect((await take('')).json.code).toBe('ROLE_NOT_HELD');
    expect((await take(`?project=${one}`)).status).toBe(404);
    expect((await take(`?project=${globex}`)).status).toBe(200);
    expect((await take(`?project=${globex}`)).status).toBe(404);
    expect((await stage.send(at(globex), { ...eveAtGlobex, ...change })).status).toBe(403);
    const nowhere = { role: 'reviewer', project: one };
    const given404 = await stage.send(`POST /api/members/${seeded.users.eve}/roles`, {
      ...asBob,
      body: nowhere,
    });
    expect(given404.json.code).toBe('RESOURCE_UNKNOWN');
  });

  it('have keys and names that can be stored', async () => {
    const save = async (key: string, name = 'Odd') =>
      (await send(`PUT /api/roles/${encodeURIComponent(key)}`, { body: { name, permissions: [] } }))
        .json.code;
    for (const key of ['Sales', '1st', 'a'.repeat(64), 'a\0b']) {
      expect(await save(key)).toBe('ROLE_INVALID');
    }
    for (const name of ['a\0b', '\ud800']) {
      expect(await save('odd', name)).toBe('REQUEST_INVALID');
    }
  });

  it('above one’s own are neither emptied nor deleted', async () => {
    const body = { name: 'Payer', permissions: ['billing:manage'] };
    expect((await send('PUT /api/roles/payer', { body })).status).toBe(200);
    await send(`POST /api/members/${alan}/roles`, { body: { role: 'admin' } });
    const asAlan = { as: 'alan' } as const;
    const emptied = await send('PUT /api/roles/payer', {
      ...asAlan,
      body: { ...body, permissions: [] },
    });
    expect(emptied.json.code).toBe('GRANT_ABOVE_OWN');
    expect((await send('DELETE /api/roles/payer', asAlan)).json.code).toBe('GRANT_ABOVE_OWN');
    await send(`DELETE /api/members/${alan}/roles/admin`);
  });

  it('cannot be made of what does not exist, nor of more than one has', async () => {
    const save = (permissions: string[], as: 'ada' | 'eve' = 'ada') =>
      send('PUT /api/roles/odd', { as, body: { name: 'Odd', permissions } });
    expect((await save(['projects:fly'])).json.code).toBe('PERMISSION_UNKNOWN');
    expect((await save(['*'], 'eve')).json.code).toBe('GRANT_ABOVE_OWN');
    const byMember = await send('PUT /api/roles/odd', {
      as: 'alan',
      body: { name: 'Odd', permissions: [] },
    });
    expect(byMember.json).toMatchObject({ code: 'PERMISSION_DENIED', permission: 'roles:manage' });
  });

  it('are given and taken', async () => {
    await send(`POST /api/members/${alan}/roles`, { body: { role: 'admin' } });
    const mine = async () => (await send('GET /api/permissions', { as: 'alan' })).json.roles;
    expect(await mine()).toEqual(['admin', 'member']);
    await send(`DELETE /api/members/${alan}/roles/admin`);
    expect(await mine()).toEqual(['member']);
  });
});

describe('members', () => {
  it('hand the ownership over', async () => {
    const transfer = (as: 'ada' | 'alan', userId: string) =>
      send('POST /api/members/transfer-ownership', { as, body: { userId } });
    expect((await transfer('alan', alan)).status).toBe(403);
    expect((await transfer('alan', seeded.users.ada)).status).toBe(403);
    expect((await transfer('ada', alan)).status).toBe(200);
    expect((await transfer('alan', seeded.users.ada)).status).toBe(200);
  });

  it('may leave, but not the last owner', async () => {
    expect((await send(`DELETE /api/members/${seeded.users.ada}`)).json.code).toBe('LAST_OWNER');
    const own = await send(`DELETE /api/members/${seeded.users.eve}`, { as: 'eve' });
    expect(own.status).toBe(204);
    expect((await send('GET /api/projects', { as: 'eve' })).status).toBe(404);
  });
});

describe('invitations', () => {
  it('are shown, sent again and revoked', async () => {
    const body = { email: 'New@B2B.example' };
    const { json: made } = await send('POST /api/invitations', { body });
    expect(made).toMatchObject({ email: 'new@b2b.example', role: 'member' });
    expect(made.token).toBeUndefined();
    const tokenOf = () => stage.mails.at(-1)?.url.split('#')[1];
    const first = tokenOf();
    const shown = await stage.send(`GET /account/invitations/${first}`, { as: 'bob' });
    expect(shown.json).toMatchObject({ role: 'member', state: 'open' });
    expect((await send(`POST /api/invitations/${made.id}/resend`)).status).toBe(200);
    expect(tokenOf()).not.toBe(first);
    expect((await stage.send(`GET /account/invitations/${first}`, { as: 'bob' })).status).toBe(404);
    expect((await send(`DELETE /api/invitations/${made.id}`)).status).toBe(204);
    const late = await stage.send('POST /account/invitations/accept', {
      as: 'bob',
      body: { token: tokenOf() },
    });
    expect(late.json.code).toBe('INVITATION_EMAIL_MISMATCH');
    expect((await send('GET /api/invitations')).json.items).toEqual([]);
  });

  it('are for who may invite', async () => {
    await send(`DELETE /api/members/${alan}/roles/admin`);
    const { json } = await send('POST /api/invitations', {
      as: 'alan',
      body: { email: 'x@b2b.example' },
    });
    expect(json.code).toBe('PERMISSION_DENIED');
  });
});
