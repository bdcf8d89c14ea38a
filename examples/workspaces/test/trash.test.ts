import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { documents, projects } from '../src/schema/index.ts';
import { onCluster } from '../src/slugs.ts';
import { testWorld } from './support/world.ts';

const { db, as, seeded, ask } = await testWorld();
const harbour = seeded.projects.northwind['Harbour v. Lindqvist'] as string;
const litigation = seeded.workspaces.northwind.litigation as string;
const witness = eq(documents.title, 'Witness list');
const throwAway = () =>
  db.update(documents).set({ deletedAt: sql`now()` }).where(witness).returning();

it('hides what a member throws away, from the next transaction on', async () => {
  await as('northwind', 'tom', async () => {
    expect(await throwAway()).toHaveLength(1);
    expect(await db.select().from(documents).where(witness)).toEqual([]);
    // also from an UPDATE that reads no column
    await db.execute(sql`update documents set deleted_at = null`);
    expect(await db.select().from(documents).where(witness)).toEqual([]);
  });
});

it('keeps it for whoever may restore', async () => {
  await as('northwind', 'ines', async () => {
    const [found] = await db.select().from(documents).where(witness);
    expect(found?.deletedAt).toBeInstanceOf(Date);
  });
});

it('frees the title at once, and takes it again for the one that comes back first', async () => {
  const values = { workspaceId: litigation, projectId: harbour, title: 'Witness list' };
  await as('northwind', 'tom', async () => {
    await db.insert(documents).values(values);
    await expect(db.insert(documents).values(values)).rejects.toMatchObject({
      cause: { code: '23505' },
    });
  });
  await as('northwind', 'ines', async () => {
    const restore = db.update(documents).set({ deletedAt: null }).where(witness);
    await expect(restore).rejects.toMatchObject({ cause: { code: '23505' } });
    await db
      .update(documents)
      .set({ title: 'Witness list (2)' })
      .where(sql`${witness} and ${documents.deletedAt} is null`);
    await db.update(documents).set({ deletedAt: null }).where(witness);
  });
  expect(
    await as('northwind', 'tom', () => db.select().from(documents).where(witness)),
  ).toHaveLength(1);
});

it('lets nobody date a deletion', async () => {
  await as('northwind', 'tom', async () => {
    const past = db
      .update(documents)
      .set({ deletedAt: new Date(0) })
      .where(witness);
    // on a cluster the node of the row says when: see setup/on-cluster.sql
    if (onCluster) expect((await past.returning())[0]?.deletedAt?.getFullYear()).not.toBe(1970);
    else await expect(past).rejects.toMatchObject({ cause: { code: '42501' } });
  });
});

it('takes what is in the trash off the limit', async () => {
  await as('fabrikam', 'mei', async () => {
    const workspaceId = seeded.workspaces.fabrikam.clinics as string;
    for (let i = 2; i <= 5; i++)
      await db.insert(projects).values({ workspaceId, name: `Clinic ${i}` });
    const sixth = () => db.insert(projects).values({ workspaceId, name: 'Clinic 6' });
    await expect(sixth()).rejects.toMatchObject({ cause: { code: 'LIMIT_REACHED' } });
    await db.update(projects).set({ deletedAt: sql`now()` }).where(eq(projects.name, 'Clinic 2'));
    await sixth();
    // and counts it again when it comes back
    const restore = db
      .update(projects)
      .set({ deletedAt: null })
      .where(eq(projects.name, 'Clinic 2'));
    await expect(restore).rejects.toMatchObject({ cause: { code: 'LIMIT_REACHED' } });
  });
  const [{ live }] = await ask(
    `select count(*)::int as live from projects where tenant_id = $1 and deleted_at is null`,
    [seeded.tenants.fabrikam],
  );
  expect(live).toBe(5);
});
