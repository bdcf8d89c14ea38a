import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { rbac } from '../src/rbac.ts';
import { documents, projects, workspaces } from '../src/schema/index.ts';
import { testWorld } from './support/world.ts';

const { db, as, seeded, ask } = await testWorld();
const { litigation, contracts } = seeded.workspaces.northwind as Record<string, string>;
const harbour = seeded.projects.northwind['Harbour v. Lindqvist'] as string;
const leases = seeded.projects.northwind['Lease templates'] as string;

const titles = async () => (await db.select().from(documents)).map(({ title }) => title).sort();
const slugs = async () => (await db.select().from(workspaces)).map(({ slug }) => slug).sort();

it('shows a member the workspaces that they have a role for, and what is in them', async () => {
  await as('northwind', 'ines', async () => {
    expect(await slugs()).toEqual(['contracts', 'litigation']);
    expect(await titles()).toHaveLength(8);
  });
  await as('northwind', 'tom', async () => {
    expect(await slugs()).toEqual(['litigation']);
    expect((await db.select().from(projects)).map(({ name }) => name).sort()).toEqual([
      'Estate of M. Duarte',
      'Harbour v. Lindqvist',
    ]);
    expect(await titles()).toHaveLength(5);
  });
  await as('northwind', 'ruth', async () => {
    expect(await titles()).toEqual(['Office lease', 'Sublease', 'Termination notice']);
  });
});

it('lets a role write only there and below', async () => {
  await as('northwind', 'tom', async () => {
    await db
      .insert(documents)
      .values({ workspaceId: litigation as string, projectId: harbour, title: 'Timeline' });
    await expect(
      db
        .insert(documents)
        .values({ workspaceId: contracts as string, projectId: leases, title: 'Timeline' }),
    ).rejects.toMatchObject({ cause: { code: '42501' } });
    // an editor makes no projects
    await expect(
      db.insert(projects).values({ workspaceId: litigation as string, name: 'New' }),
    ).rejects.toMatchObject({ cause: { code: '42501' } });
    const moved = await db
      .update(documents)
      .set({ title: 'Mine' })
      .where(eq(documents.projectId, leases))
      .returning();
    expect(moved).toEqual([]);
  });
  await as('northwind', 'ruth', async () => {
    await expect(
      db
        .insert(documents)
        .values({ workspaceId: contracts as string, projectId: leases, title: 'Timeline' }),
    ).rejects.toMatchObject({ cause: { code: '42501' } });
  });
});

it('refuses a document in a workspace that is not the one of its project', async () => {
  await as('northwind', 'ines', async () => {
    await expect(
      db
        .insert(documents)
        .values({ workspaceId: contracts as string, projectId: harbour, title: 'Stray' }),
    ).rejects.toMatchObject({ cause: { code: '23503' } });
  });
});

it('takes the documents along when a project moves to another workspace', async () => {
  await as('northwind', 'ines', async () => {
    await db.update(projects).set({ workspaceId: contracts }).where(eq(projects.id, harbour));
  });
  const [moved] = await ask(
    'select count(*)::int as n, count(*) filter (where workspace_id = $1)::int as there from documents where project_id = $2',
    [contracts, harbour],
  );
  expect(moved.there).toBe(moved.n);
  expect(moved.n).toBeGreaterThan(0);
  await as('northwind', 'tom', async () => {
    expect(await titles()).toEqual(['Inventory', 'Letter to the court']);
  });
});

it('ends with the workspace', async () => {
  await as('northwind', 'ines', async () => {
    await db.delete(workspaces).where(eq(workspaces.id, contracts as string));
  });
  const left = await ask(
    `select 1 from member_roles where resource_type = 'workspaces' and resource_id = $1`,
    [contracts],
  );
  expect(left).toEqual([]);
  expect(await as('northwind', 'ruth', titles)).toEqual([]);
});

it('knows nothing of the same person at another customer', async () => {
  await as('fabrikam', 'tom', async () => {
    expect(await slugs()).toEqual(['clinics']);
    expect(await titles()).toEqual(['Budget', 'Floor plan', 'Staffing']);
    expect(
      await db.execute(sql`select 1 from documents where workspace_id = ${litigation}`),
    ).toMatchObject({ rows: [] });
  });
  await as('fabrikam', 'tom', async () => {
    expect(
      rbac.can('documents:read', {
        id: seeded.workspaces.fabrikam.clinics as string,
        resource: 'workspaces',
      }),
    ).toBe(true);
  });
});
