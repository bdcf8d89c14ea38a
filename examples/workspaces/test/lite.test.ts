import { expect, it } from 'vitest';
import { documents, projects } from '../src/schema/lite.ts';
import { liteWorld } from './support/lite.ts';

const { db, make } = await liteWorld();

it('works without workspaces: a project belongs to the tenant', async () => {
  const { project, enter } = await make('woodgrove');
  const names = async () => (await db.select().from(projects)).map(({ name }) => name).sort();
  expect(await enter('owner', names)).toEqual(['Office move', 'Payroll']);
  expect(await enter('guest', names)).toEqual(['Office move']);
  await enter('guest', async () => {
    await db.insert(documents).values({ projectId: project, title: 'Floor plan' });
    const more = db.insert(projects).values({ name: 'Of my own' });
    await expect(more).rejects.toMatchObject({ cause: { code: '42501' } });
  });
  const other = await make('tailspin');
  const titles = async () => (await db.select().from(documents)).map(({ title }) => title);
  expect(await other.enter('owner', titles)).toEqual([]);
  expect(await enter('owner', titles)).toEqual(['Floor plan']);
});

it('serves projects, documents and the trash of the tenant over HTTP', async () => {
  const { send, project, other, users } = await make('contoso');
  expect(await send('owner', 'GET /api/tenant')).toMatchObject({
    status: 200,
    json: { slug: 'contoso', plan: 'lite', memberCount: 2, projectCount: 2 },
  });
  expect((await send('owner', 'GET /api/workspaces')).status).toBe(404);

  const list = async (person: 'owner' | 'guest', path: string) =>
    (await send(person, `GET ${path}`)).json.items.map(
      (row: { name?: string; title?: string }) => row.name ?? row.title,
    );
  expect(await list('owner', '/api/projects')).toEqual(['Office move', 'Payroll']);
  expect(await list('guest', '/api/projects')).toEqual(['Office move']);
  expect((await send('guest', `GET /api/projects/${other}`)).status).toBe(404);
  expect(await send('guest', 'POST /api/projects', { name: 'Mine' })).toMatchObject({
    status: 403,
    json: { permission: 'projects:create' },
  });

  // a role for one project, from the next request on
  const documentsOf = (id: string) => `/api/projects/${id}/documents`;
  const plan = { title: 'Floor plan', content: { rooms: 4 } };
  const { status, json } = await send('guest', `POST ${documentsOf(project)}`, plan);
  expect(status).toBe(201);
  expect((await send('guest', `POST ${documentsOf(other)}`, plan)).status).toBe(403);
  const role = `/api/projects/${other}/members/${users.guest}/roles/viewer`;
  expect((await send('guest', `PUT ${role}`)).status).toBe(403);
  expect((await send('owner', `PUT ${role}`)).status).toBe(200);
  expect(await list('guest', '/api/projects')).toEqual(['Office move', 'Payroll']);
  expect((await send('owner', `DELETE ${role}`)).status).toBe(200);
  expect((await send('guest', `GET /api/projects/${other}`)).status).toBe(404);

  const document = `${documentsOf(project)}/${json.id}`;
  const renamed = await send('guest', `PATCH ${document}`, { title: 'Floor plan, 2' });
  expect(renamed).toMatchObject({ status: 200, json: { content: { rooms: 4 } } });
  expect(await list('guest', '/api/documents?title=FLOOR')).toEqual(['Floor plan, 2']);
  expect(await list('owner', documentsOf(project))).toEqual(['Floor plan, 2']);
  expect((await send('owner', `GET ${documentsOf(other)}/${json.id}`)).status).toBe(404);

  // a project takes its documents along, and brings back those that it took
  await send('owner', `POST ${documentsOf(project)}`, { title: 'Removal firm' });
  expect((await send('guest', `DELETE ${document}`)).status).toBe(204);
  expect((await send('owner', `DELETE /api/projects/${project}`)).status).toBe(204);
  const trash = await send('owner', 'GET /api/trash');
  expect(trash.json.projects).toHaveLength(1);
  expect(trash.json.documents).toHaveLength(2);
  expect((await send('guest', 'GET /api/trash')).json).toEqual({ projects: [], documents: [] });
  const restore = (kind: string, id: string) =>
    send('owner', `POST /api/trash/${kind}/${id}/restore`);
  expect(await restore('documents', json.id)).toMatchObject({
    status: 409,
    json: { code: 'PARENT_IN_TRASH' },
  });
  expect((await restore('projects', project)).status).toBe(204);
  expect(await list('owner', documentsOf(project))).toEqual(['Removal firm']);
  expect((await restore('documents', json.id)).status).toBe(204);
  expect((await send('owner', `DELETE ${document}`)).status).toBe(204);
  expect((await send('owner', `DELETE /api/trash/documents/${json.id}`)).status).toBe(204);
  expect((await restore('documents', json.id)).status).toBe(404);
  const usage = await send('owner', 'GET /api/usage');
  expect(usage.json.items).toContainEqual(
    expect.objectContaining({ feature: 'projects', used: 2 }),
  );
});

it('answers a stranger, and ids of another tenant, as what does not exist', async () => {
  const fabrikam = await make('fabrikam');
  const northwind = await make('northwind');
  const theirs = fabrikam.project;
  for (const what of [
    `GET /api/projects/${theirs}`,
    `GET /api/projects/${theirs}/documents`,
    `POST /api/projects/${theirs}/documents`,
    `PATCH /api/projects/${theirs}`,
    `DELETE /api/projects/${theirs}`,
    `PUT /api/projects/${theirs}/members/${northwind.users.guest}/roles/viewer`,
    `POST /api/trash/projects/${theirs}/restore`,
    `DELETE /api/trash/projects/${theirs}`,
    'GET /api/projects/x',
    'GET /api/projects/__proto__/documents',
  ]) {
    const body = /^(POST|PATCH)/.test(what) ? { title: 'x', name: 'x' } : undefined;
    const known = what.startsWith('PATCH') ? { name: 'x' } : body && { title: 'x' };
    expect([what, (await northwind.send('owner', what, known)).status]).toEqual([what, 404]);
  }
});
