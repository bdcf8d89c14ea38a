import { describe, expect, it } from 'vitest';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const send = asAda(stage);
const { seeded, tokens, ask } = stage;

describe('my organizations', () => {
  it('are those I am a member of, without naming one', async () => {
    const { status, json } = await stage.send('GET /account/organizations', { as: 'eve' });
    expect(status).toBe(200);
    expect(json.items).toEqual([
      { id: seeded.organizations.acme, name: 'Acme', slug: 'acme', roles: ['admin'] },
      { id: seeded.organizations.globex, name: 'Globex', slug: 'globex', roles: ['viewer'] },
    ]);
  });

  it('are for the signed-in only', async () => {
    expect((await stage.send('GET /account/organizations')).status).toBe(401);
  });
});

describe('a new organization', () => {
  it('belongs to whoever founded it, and is empty', async () => {
    const body = { name: 'Initech', slug: 'initech' };
    const { status, json } = await stage.send('POST /account/organizations', { as: 'bob', body });
    expect(status).toBe(201);
    expect(json).toMatchObject({ ...body, plan: 'free' });
    const there = { as: 'bob', organization: 'initech' } as const;
    expect((await stage.send('GET /api/projects', there)).json).toEqual({ items: [], next: null });
    const members = await stage.send('GET /api/members', there);
    expect(members.json.items).toMatchObject([{ userId: seeded.users.bob, roles: ['owner'] }]);
    const stranger = await send('GET /api/projects', { organization: 'initech' });
    expect(stranger.status).toBe(404);
  });

  it('needs a slug that is free, and leaves nothing when it is not', async () => {
    const body = { name: 'Another Acme', slug: 'acme' };
    const { status } = await stage.send('POST /account/organizations', { as: 'bob', body });
    expect(status).toBe(409);
    expect(await ask('select from organizations where name = $1', [body.name])).toEqual([]);
  });

  it.each(['www', 'xn--acme', 'Acme', 'a b', '-a', ''])('cannot have the slug %j', async (slug) => {
    const body = { name: 'Odd', slug };
    const { status } = await stage.send('POST /account/organizations', { as: 'bob', body });
    expect(status).toBe(422);
  });
});

describe('the organization', () => {
  it('shows itself with its own counts', async () => {
    const { json } = await send('GET /api/organization');
    expect(json).toMatchObject({ slug: 'acme', memberCount: 3, projectCount: 3 });
  });

  it('is renamed by its admins, and no other with it', async () => {
    const { status, json } = await send('PATCH /api/organization', {
      as: 'eve',
      body: { name: 'Acme Ltd' },
    });
    expect([status, json.name]).toEqual([200, 'Acme Ltd']);
    const { globex } = seeded.organizations;
    const names = await ask('select name from organizations where id = $1', [globex], globex);
    expect(names).toEqual([{ name: 'Globex' }]);
  });

  it('does not change its plan or its slug by this door', async () => {
    for (const body of [{ plan: 'enterprise' }, { slug: 'globex' }]) {
      expect((await send('PATCH /api/organization', { body })).status).toBe(422);
    }
  });
});

describe('members', () => {
  it('see each other, and nobody else', async () => {
    const { json } = await send('GET /api/members?limit=2');
    expect(json.items.map(({ email }: { email: string }) => email)).toEqual([
      'ada@b2b.example',
      'alan@b2b.example',
    ]);
    const rest = await send(`GET /api/members?after=${json.next}`);
    expect(rest.json).toMatchObject({ items: [{ email: 'eve@b2b.example' }], next: null });
  });
});

describe('roles', () => {
  const atGlobex = { as: 'eve', organization: 'globex' } as const;

  it('let a viewer read and not write', async () => {
    const { json } = await stage.send('GET /api/projects', atGlobex);
    const path = `/api/projects/${json.items[0].id}` as const;
    const body = { name: 'By a viewer' };
    expect((await stage.send('POST /api/projects', { ...atGlobex, body })).status).toBe(403);
    expect((await stage.send(`PATCH ${path}`, { ...atGlobex, body })).status).toBe(403);
    expect((await stage.send(`DELETE ${path}`, atGlobex)).status).toBe(403);
    expect(await ask('select from projects where name = $1', [body.name])).toEqual([]);
  });

  it('let a member write projects and not the settings', async () => {
    const alan = { as: 'alan' } as const;
    const project = await send('POST /api/projects', { ...alan, body: { name: 'By a member' } });
    expect(project.status).toBe(201);
    const settings = await send('PATCH /api/organization', { ...alan, body: { name: 'Mine' } });
    expect(settings.status).toBe(403);
  });

  it('count in one organization and not in the other', async () => {
    const body = { name: 'By an admin' };
    const { status } = await send('POST /api/projects', { token: tokens.eve, body });
    expect(status).toBe(201);
  });
});

describe('the end of an organization', () => {
  const there = { as: 'alan', organization: 'hooli' } as const;

  it('is for its owner, who names it, and takes everything but the audit log', async () => {
    const body = { name: 'Hooli', slug: 'hooli' };
    const { json } = await stage.send('POST /account/organizations', { as: 'alan', body });
    await stage.send('POST /api/projects', { ...there, body: { name: 'Nucleus' } });
    const unnamed = await stage.send('DELETE /api/organization?slug=acme', there);
    expect([unnamed.status, unnamed.json.code]).toEqual([422, 'SLUG_DIFFERS']);
    const gone = await stage.send('DELETE /api/organization?slug=hooli', there);
    expect(gone.status).toBe(204);
    expect((await stage.send('GET /api/organization', there)).status).toBe(404);
    for (const table of ['organizations', 'memberships', 'projects', 'usage_counters']) {
      const column = table === 'organizations' ? 'id' : 'organization_id';
      expect(await ask(`select from ${table} where ${column} = $1`, [json.id]), table).toEqual([]);
    }
    const entries = await ask(
      `select from audit_logs where organization_id = $1 and action = 'organization.deleted'`,
      [json.id],
    );
    expect(entries).toHaveLength(1);
  });

  it('is not for an admin, and not while it pays', async () => {
    const path = 'DELETE /api/organization?slug=acme';
    expect((await send(path, { as: 'eve' })).status).toBe(403);
    const { acme } = seeded.organizations;
    await ask(
      `insert into subscriptions (id, organization_id, livemode, status, started_at)
       values ('sub_1', $1, false, 'active', now())`,
      [acme],
      acme,
    );
    const paid = await send(path);
    expect([paid.status, paid.json.code]).toEqual([409, 'SUBSCRIPTION_ACTIVE']);
    await ask(`delete from subscriptions where id = 'sub_1'`);
  });
});
