import { describe, expect, it } from 'vitest';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const send = asAda(stage);

const create = async (name: string) =>
  (await send('POST /api/projects', { body: { name } })).json as { id: string; name: string };

describe('projects', () => {
  it('are created for the organization and the user of the request', async () => {
    const { status, json } = await send('POST /api/projects', {
      body: { name: '  Roadmap ', description: 'where we go' },
    });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      organizationId: stage.seeded.organizations.acme,
      createdBy: stage.seeded.users.ada,
      name: 'Roadmap',
      description: 'where we go',
      status: 'active',
    });
    const read = await send(`GET /api/projects/${json.id}`);
    expect(read.json).toEqual(json);
  });

  it('are changed, and remember when', async () => {
    const { id } = await create('Changing');
    const { status, json } = await send(`PATCH /api/projects/${id}`, {
      body: { status: 'archived' },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, name: 'Changing', status: 'archived' });
    expect(Date.parse(json.updatedAt)).toBeGreaterThan(Date.parse(json.createdAt));
  });

  it('are deleted once', async () => {
    const { id } = await create('Short-lived');
    expect((await send(`DELETE /api/projects/${id}`)).status).toBe(204);
    expect((await send(`DELETE /api/projects/${id}`)).status).toBe(404);
    expect((await send(`GET /api/projects/${id}`)).status).toBe(404);
  });

  it('have a name that is unique within their organization only', async () => {
    await create('Twice');
    const again = await send('POST /api/projects', { body: { name: 'Twice' } });
    expect(again.status).toBe(409);
    expect(again.json.title).toContain('a project of that name');
    const elsewhere = await send('POST /api/projects', {
      as: 'bob',
      organization: 'globex',
      body: { name: 'Twice' },
    });
    expect(elsewhere.status).toBe(201);
  });

  it('are listed in pages that join without gap or overlap', async () => {
    for (const name of ['Page c', 'Page a', 'Page b']) await create(name);
    const whole = await send('GET /api/projects');
    const read: string[] = [];
    let after = '';
    do {
      const query = new URLSearchParams({ limit: '2', ...(after !== '' && { after }) });
      const { json } = await send(`GET /api/projects?${query}`);
      expect(json.items.length).toBeLessThanOrEqual(2);
      read.push(...json.items.map(({ name }: { name: string }) => name));
      after = json.next ?? '';
    } while (after !== '');
    expect(read).toEqual(whole.json.items.map(({ name }: { name: string }) => name));
    expect(read).toEqual([...read].sort());
    expect(whole.json.next).toBeNull();
  });
});

describe('a bad request', () => {
  it.each([
    ['an empty name', { name: ' ' }],
    ['no name', {}],
    ['a status that there is not', { name: 'x', status: 'lost' }],
    ['a property that there is not', { name: 'x', organizationId: 'y' }],
    ['a list', []],
  ])('with %s gets 422 and says where', async (_, body) => {
    const { status, json } = await send('POST /api/projects', { body });
    expect(status).toBe(422);
    expect(json.issues.length).toBeGreaterThan(0);
  });

  it('that is not JSON gets 400', async () => {
    const response = await fetch(`http://127.0.0.1:${stage.port}/api/projects`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.tokens.ada}`, 'x-organization': 'acme' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('that changes nothing gets 422', async () => {
    const { id } = await create('Unchanged');
    expect((await send(`PATCH /api/projects/${id}`, { body: {} })).status).toBe(422);
  });

  it('for a page that cannot be gets 422', async () => {
    expect((await send('GET /api/projects?limit=0')).status).toBe(422);
    expect((await send('GET /api/projects?limit=1000')).status).toBe(422);
    expect((await send('GET /api/projects?page=2')).status).toBe(422);
  });

  it('for an id that is none gets 404', async () => {
    expect((await send('GET /api/projects/1')).status).toBe(404);
    expect((await send("GET /api/projects/'or'1'='1")).status).toBe(404);
  });
});
