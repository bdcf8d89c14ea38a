import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { lending } from '../src/lend.ts';
import { tenancy } from '../src/tenancy.ts';
import { type Prisma, prismaMaker } from './prisma/client.ts';
import { exampleDatabase } from './support/database.ts';
import { inTransaction, story } from './support/story.ts';

const database = await exampleDatabase();
const { pool } = database;
pool.setMaxListeners(0); // each client of Prisma listens for errors
const make = await prismaMaker(pool);
const withPrisma = lending(make);

const ofPrisma = (tx: Prisma) =>
  inTransaction((text, values) => tx.$queryRawUnsafe(text, ...values));
const onlyName = { select: { name: true } };

story('Prisma', database, () => ({
  db: pool,
  createOrganization: (data, then) =>
    withPrisma((prisma) =>
      prisma.$transaction(async (tx) => {
        const { id } = await tx.organizations.create({ data, select: { id: true } });
        await then(ofPrisma(tx), id);
        return id;
      }),
    ),
  createUser: (data) =>
    withPrisma(async (prisma) => (await prisma.users.create({ data, select: { id: true } })).id),
  createProject: (name, then) =>
    withPrisma((prisma) =>
      prisma.$transaction(async (tx) => {
        const { id } = await tx.projects.create({ data: { name }, select: { id: true } });
        await then(ofPrisma(tx), id);
        return id;
      }),
    ),
  projects: () =>
    withPrisma(async (prisma) => {
      const rows = await prisma.projects.findMany({ ...onlyName, orderBy: { name: 'asc' } });
      return rows.map(({ name }) => name);
    }),
  renameAll: (name) =>
    withPrisma(async (prisma) => (await prisma.projects.updateMany({ data: { name } })).count),
  organization: (id) =>
    withPrisma(
      async (prisma) =>
        (await prisma.organizations.findUnique({ where: { id }, ...onlyName }))?.name,
    ),
  subscriptions: () =>
    withPrisma((prisma) =>
      prisma.billing_subscriptions.findMany({ select: { status: true, plan: true } }),
    ),
}));

const acme = randomUUID();
const globex = randomUUID();
const find = (prisma: Prisma, id: string) =>
  prisma.organizations.findUnique({ where: { id }, ...onlyName });

test('one client for all scopes mixes them, which is why each has its own', async () => {
  await database.ask(`set session_replication_role = replica;
    insert into organizations (id, name, slug) values
      ('${acme}', 'acme', '${acme}'), ('${globex}', 'globex', '${globex}')`);
  const shared = make();
  const alone = await tenancy.run(globex, () => find(shared, acme));
  expect(alone).toBeNull();
  const [, ofGlobex] = await Promise.all([
    tenancy.run(acme, () => find(shared, acme)),
    tenancy.run(globex, () => find(shared, acme)),
  ]);
  // when this is null, Prisma has changed, and the guide too
  expect(ofGlobex).toEqual({ name: 'acme' });
  const own = await Promise.all([
    tenancy.run(acme, () => withPrisma((prisma) => find(prisma, acme))),
    tenancy.run(globex, () => withPrisma((prisma) => find(prisma, acme))),
  ]);
  expect(own).toEqual([{ name: 'acme' }, null]);
});

test('several queries in one transaction are of their own scope', async () => {
  const names = await Promise.all(
    [acme, globex, acme, globex].map((tenant) =>
      tenancy.run(tenant, () =>
        withPrisma((prisma) =>
          prisma.$transaction([find(prisma, acme), find(prisma, globex)] as Promise<unknown>[]),
        ),
      ),
    ),
  );
  const [a, g] = [
    [{ name: 'acme' }, null],
    [null, { name: 'globex' }],
  ];
  expect(names).toEqual([a, g, a, g]);
});

test('outside of every scope it is refused in words', async () => {
  const outside = make();
  await expect(find(outside, acme)).rejects.toThrow(/scope/i);
});
