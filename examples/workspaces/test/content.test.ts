import { expect, it } from 'vitest';
import { listed, pathsOf } from '../src/demo/paths.ts';
import { testWorld } from './support/world.ts';

const { send, seeded, ask } = await testWorld();
const at = pathsOf(seeded, 'northwind');
const asInes = { as: 'northwind/ines' } as const;
const asTom = { as: 'northwind/tom' } as const;
const harbour = 'Harbour v. Lindqvist';
const leases = at.documents('contracts', 'Lease templates');

it('pages by title, also where titles are alike', async () => {
  const seen: string[] = [];
  let after = '';
  do {
    const { json } = await send(`GET /api/documents?limit=3${after}`, asInes);
    seen.push(...json.items.map(({ title }: { title: string }) => title));
    after = json.next === null ? '' : `&after=${json.next}`;
  } while (after !== '');
  const { json: all } = await send('GET /api/documents', asInes);
  expect(seen).toHaveLength(8);
  expect(seen).toEqual(listed(all));
});

it('takes a percent sign in a search for itself', async () => {
  const body = { title: '50 % discount_clause' };
  await send(`POST ${leases}`, { ...asInes, body });
  const search = async (title: string) => {
    const { json } = await send(`GET /api/documents?title=${encodeURIComponent(title)}`, asInes);
    return listed(json);
  };
  expect(await search('%')).toEqual([body.title]);
  expect(await search('T_C')).toEqual(['50 % discount_clause']);
  expect(await search('discountXclause')).toEqual([]);
  expect(await search('\\')).toEqual([]);
});

it('moves a project with its documents', async () => {
  const { contracts, litigation } = seeded.workspaces.northwind as Record<string, string>;
  const move = (from: string, to = '', as = asInes) =>
    send(`PATCH ${at.project(from, harbour)}`, { ...as, body: { workspaceId: to } });
  expect(await move('litigation', contracts, asTom as never)).toMatchObject({ status: 403 });
  const foreign = seeded.workspaces.fabrikam.clinics;
  expect(await move('litigation', foreign)).toMatchObject({ status: 404 });
  expect(await move('litigation', contracts)).toMatchObject({ status: 200 });
  const { json } = await send(`GET ${at.documents('contracts', harbour)}`, asInes);
  expect(listed(json)).toEqual(['Cost estimate', 'Statement of claim', 'Witness list']);
  expect(await send(`GET ${at.documents('contracts', harbour)}`, asTom)).toMatchObject({
    status: 404,
  });
  expect(await move('contracts', litigation)).toMatchObject({ status: 200 });
});

it('restores a workspace with what was thrown away with it, and what is left goes for ever', async () => {
  const body = { name: 'Mergers', slug: 'mergers' };
  const { json: workspace } = await send('POST /api/workspaces', { ...asInes, body });
  const room = `/api/workspaces/${workspace.id}` as const;
  const { json: project } = await send(`POST ${room}/projects`, {
    ...asInes,
    body: { name: 'Contoso' },
  });
  const papers = `${room}/projects/${project.id}/documents` as const;
  const add = async (title: string) =>
    (await send(`POST ${papers}`, { ...asInes, body: { title } })).json.id as string;
  const old = await add('An old draft');
  const draft = await add('Term sheet');
  await send(`DELETE ${room}/documents/${old}`, asInes);
  const workspaceCount = async () =>
    (await send('GET /api/tenant', asInes)).json.workspaceCount as number;
  const before = await workspaceCount();
  expect(await send(`DELETE ${room}`, asInes)).toMatchObject({ status: 204 });
  expect(await workspaceCount()).toBe(before - 1);
  expect(await send(`GET ${room}`, asInes)).toMatchObject({ status: 404 });
  // the parent first
  for (const thing of [`projects/${project.id}`, `documents/${draft}`] as const) {
    expect(await send(`POST /api/trash/${thing}/restore`, asInes)).toMatchObject({
      status: 409,
      json: { code: 'PARENT_IN_TRASH' },
    });
  }
  const restored = await send(`POST /api/trash/workspaces/${workspace.id}/restore`, asInes);
  expect(restored).toMatchObject({ status: 204 });
  expect(listed((await send(`GET ${papers}`, asInes)).json)).toEqual(['Term sheet']);
  expect(await send(`DELETE /api/trash/documents/${draft}`, asInes)).toMatchObject({ status: 404 });
  expect(await send(`DELETE /api/trash/documents/${old}`, asInes)).toMatchObject({ status: 204 });
  expect(await send(`POST /api/trash/documents/${old}/restore`, asInes)).toMatchObject({
    status: 404,
  });
});

it('says what is taken, on a partitioned table too', async () => {
  const body = { title: 'Sublease' };
  expect(await send(`POST ${leases}`, { ...asInes, body })).toMatchObject({
    status: 409,
    json: { code: 'ROW_EXISTS', title: 'This project has a document of that title' },
  });
});

it('counts what is used of the plan', async () => {
  const { json } = await send('GET /api/usage', asTom);
  expect(json.items).toMatchObject([
    { feature: 'documents', used: expect.any(Number) },
    { feature: 'projects', used: expect.any(Number) },
  ]);
});

it('stores what a document says, and no more than it can', async () => {
  const content = { blocks: [{ text: '<img src=x onerror=alert(1)> · 日本語 · 🦊' }] };
  const body = { title: 'Said', content };
  const { json } = await send(`POST ${leases}`, { ...asInes, body });
  const document = at.document('contracts', json.id);
  expect((await send(`GET ${document}`, asInes)).json.content).toEqual(content);
  for (const bad of [{ text: 'a\0b' }, { 'a\ud83d': 1 }, { text: 'x'.repeat(500_000) }]) {
    const change = await send(`PATCH ${document}`, { ...asInes, body: { content: bad } });
    expect(change).toMatchObject({ status: 422, json: { code: 'REQUEST_INVALID' } });
  }
});

it('lets nobody rewrite the audit log', async () => {
  const rewrite = ask(`update audit_logs set action = 'nothing.happened'`);
  await expect(rewrite).rejects.toThrow('AUDIT_APPEND_ONLY');
  await expect(ask('delete from audit_logs')).rejects.toThrow('AUDIT_APPEND_ONLY');
});
