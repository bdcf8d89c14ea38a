import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { rbac } from '../src/rbac.ts';
import { projects, workspaces } from '../src/schema/index.ts';
import { testWorld } from './support/world.ts';

// A workspace inside an organization: a role holds for one workspace, a limit for the organization.

const { db, as, seeded } = await testWorld();
const clinics = seeded.workspaces.fabrikam.clinics as string;
const usedProjects = async () =>
  (await limits.usage(db)).find(({ feature }) => feature === 'projects')?.used;
const add = (workspaceId: string, name: string) =>
  db.insert(projects).values({ workspaceId, name });

it('counts what all workspaces have, and what nobody may write is not counted', async () => {
  const labs = await as('fabrikam', 'mei', async () => {
    const [made] = await db.insert(workspaces).values({ slug: 'labs', name: 'Labs' }).returning();
    const on = { type: 'workspaces', id: made?.id as string } as const;
    await rbac.members.assign(db, {
      user: seeded.users.fabrikam.tom as string,
      role: 'manager',
      on,
    });
    expect(await usedProjects()).toBe(1);
    return on.id;
  });
  await as('fabrikam', 'tom', async () => {
    // only a viewer there: refused by the policy, before it counts
    await expect(add(clinics, 'Not his')).rejects.toMatchObject({ cause: { code: '42501' } });
    for (const name of ['one', 'two', 'three', 'four']) await add(labs, name);
    // the one project of the other workspace counts too
    await expect(add(labs, 'five')).rejects.toMatchObject({ cause: { code: 'LIMIT_REACHED' } });
    expect(await usedProjects()).toBe(5);
  });
  await as('fabrikam', 'mei', async () => {
    await expect(add(clinics, 'six')).rejects.toMatchObject({ cause: { code: 'LIMIT_REACHED' } });
    await db.delete(workspaces).where(eq(workspaces.id, labs));
    expect(await usedProjects()).toBe(1);
    await add(clinics, 'two');
  });
  await as('fabrikam', 'tom', async () => {
    // the role went with its workspace
    await expect(add(labs, 'six')).rejects.toMatchObject({ cause: { code: '42501' } });
    expect(await usedProjects()).toBe(2);
  });
});
