import { type EntityManager, EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { PostgresDialect } from 'kysely';
import { exampleDatabase } from './support/database.ts';
import { inTransaction, story } from './support/story.ts';

const database = await exampleDatabase();
const { pool } = database;

const id = { type: 'uuid', primary: true, defaultRaw: 'gen_random_uuid()' } as const;
const text = { type: 'text' } as const;
const Organization = new EntitySchema<{ id: string; name: string; slug: string }>({
  name: 'Organization',
  tableName: 'organizations',
  properties: { id, name: text, slug: text },
});
const User = new EntitySchema<{ id: string; email: string; name: string }>({
  name: 'User',
  tableName: 'users',
  properties: { id, email: text, name: text },
});
const Project = new EntitySchema<{ id: string; name: string }>({
  name: 'Project',
  tableName: 'projects',
  properties: { id, name: text },
});
const Subscription = new EntitySchema<{ id: string; status: string; plan: string | null }>({
  name: 'Subscription',
  tableName: 'billing_subscriptions',
  properties: {
    id: { type: 'text', primary: true },
    status: text,
    plan: { type: 'text', nullable: true },
  },
});

const ofManager = (em: EntityManager) =>
  inTransaction((sql, values) =>
    em
      .getConnection()
      .execute(sql.replace(/\$\d+/g, '?'), values as unknown[], 'all', em.getTransactionContext()),
  );

story('MikroORM', database, async () => {
  const orm = await MikroORM.init({
    dbName: 'app',
    ensureDatabase: false, // it would look for the database outside of every scope, and end the pool
    entities: [Organization, User, Project, Subscription],
    driverOptions: new PostgresDialect({ pool }),
  });
  // one for each piece of work, as for a request
  const manager = () => orm.em.fork();
  const insert = (em: EntityManager, entity: never, values: object): Promise<string> =>
    em.insert(entity, values as never);
  return {
    db: pool,
    createOrganization: (organization, then) =>
      manager().transactional(async (em) => {
        const made = await insert(em, Organization as never, organization);
        await then(ofManager(em), made);
        return made;
      }),
    createUser: (user) => insert(manager(), User as never, user),
    createProject: (name, then) =>
      manager().transactional(async (em) => {
        const made = await insert(em, Project as never, { name });
        await then(ofManager(em), made);
        return made;
      }),
    async projects() {
      const rows = await manager().find(Project, {}, { orderBy: { name: 'asc' } });
      return rows.map(({ name }) => name);
    },
    renameAll: (name) => manager().nativeUpdate(Project, {}, { name }),
    async organization(of) {
      return (await manager().findOne(Organization, { id: of }))?.name;
    },
    async subscriptions() {
      const rows = await manager().find(Subscription, {});
      return rows.map(({ status, plan }) => ({ status, plan }));
    },
  };
});
