import pg from 'pg';
import { DataSource, type EntityManager, EntitySchema } from 'typeorm';
import { tenancy } from '../src/tenancy.ts';
import { exampleDatabase } from './support/database.ts';
import { inTransaction, story } from './support/story.ts';

const database = await exampleDatabase();
const { pool } = database;

const id = { type: 'uuid', primary: true, generated: 'uuid' } as const;
const text = { type: 'text' } as const;
// the tenant column is no property: the transaction fills it, and the policies read it
const Organization = new EntitySchema<{ id: string; name: string; slug: string }>({
  name: 'Organization',
  tableName: 'organizations',
  columns: { id, name: text, slug: text },
});
const User = new EntitySchema<{ id: string; email: string; name: string }>({
  name: 'User',
  tableName: 'users',
  columns: { id, email: text, name: text },
});
const Project = new EntitySchema<{ id: string; name: string }>({
  name: 'Project',
  tableName: 'projects',
  columns: { id, name: text },
});
const Subscription = new EntitySchema<{ id: string; status: string; plan: string | null }>({
  name: 'Subscription',
  tableName: 'billing_subscriptions',
  columns: {
    id: { type: 'text', primary: true },
    status: text,
    plan: { type: 'text', nullable: true },
  },
});

/** TypeORM makes its pool by the class Pool of a driver; this one gives the tenant pool. */
const Pool = new Proxy(pg.Pool, { construct: () => pool });

async function open(): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool },
    installExtensions: false,
    entities: [Organization, User, Project, Subscription],
  });
  // it asks for the version when it starts, which needs a scope
  return tenancy.asSystem({ reason: 'start TypeORM', actor: 'server' }, () => source.initialize());
}

const ofManager = (manager: EntityManager) =>
  inTransaction(async (sql, values) => manager.query(sql, values));

story('TypeORM', database, async () => {
  const source = await open();
  const insert = async <T extends { id: string }>(
    manager: EntityManager,
    entity: EntitySchema<T>,
    values: object,
  ): Promise<string> => ((await manager.save(entity, values as never)) as unknown as T).id;
  return {
    db: pool,
    createOrganization: (organization, then) =>
      source.transaction(async (manager) => {
        const made = await insert(manager, Organization, organization);
        await then(ofManager(manager), made);
        return made;
      }),
    createUser: (user) => insert(source.manager, User, user),
    createProject: (name, then) =>
      source.transaction(async (manager) => {
        const made = await insert(manager, Project, { name });
        await then(ofManager(manager), made);
        return made;
      }),
    async projects() {
      const rows = await source.getRepository(Project).find({ order: { name: 'asc' } });
      return rows.map(({ name }) => name);
    },
    async renameAll(name) {
      const result = await source.createQueryBuilder().update(Project).set({ name }).execute();
      return result.affected ?? 0;
    },
    async organization(of) {
      return (await source.getRepository(Organization).findOneBy({ id: of }))?.name;
    },
    async subscriptions() {
      const rows = await source.getRepository(Subscription).find();
      return rows.map(({ status, plan }) => ({ status, plan }));
    },
  };
});
