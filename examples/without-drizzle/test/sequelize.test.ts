import pg from 'pg';
import {
  DataTypes,
  type Model,
  type ModelStatic,
  QueryTypes,
  Sequelize,
  type Transaction,
} from 'sequelize';
import { afterAll, expect, test } from 'vitest';
import { clientOf } from '../src/sequelize-client.ts';
import { tenancy } from '../src/tenancy.ts';
import { exampleDatabase } from './support/database.ts';
import { inTransaction, story } from './support/story.ts';

const database = await exampleDatabase();
const { pool } = database;

const sequelize = new Sequelize({
  dialect: 'postgres',
  dialectModule: { ...pg, Client: clientOf(pool) },
  databaseVersion: '15.0.0',
  keepDefaultTimezone: true,
  dialectOptions: { clientMinMessages: 'ignore' },
  logging: false,
  define: { timestamps: false },
  pool: { max: 3 },
} as object);
afterAll(() => sequelize.close());

const id = {
  type: DataTypes.UUID,
  primaryKey: true,
  defaultValue: Sequelize.literal('gen_random_uuid()'),
};
const text = DataTypes.TEXT;
const table = (tableName: string) => ({ tableName });
// the tenant column is no attribute: the transaction fills it, and the policies read it
const Organization = sequelize.define(
  'Organization',
  { id, name: text, slug: text },
  table('organizations'),
);
const User = sequelize.define('User', { id, email: text, name: text }, table('users'));
const Project = sequelize.define('Project', { id, name: text }, table('projects'));
const Subscription = sequelize.define(
  'Subscription',
  { id: { type: text, primaryKey: true }, status: text, plan: text },
  table('billing_subscriptions'),
);

const ofTransaction = (transaction: Transaction) =>
  inTransaction((sql, values) =>
    sequelize.query<object>(sql, {
      bind: values as unknown[],
      transaction,
      type: QueryTypes.SELECT,
    }),
  );
const nameOf = (row: Model) => row.get('name') as string;

async function insert(
  model: ModelStatic<Model>,
  values: object,
  transaction?: Transaction,
): Promise<string> {
  const made = await model.create(values as never, { transaction: transaction ?? null });
  return made.get('id') as string;
}

story('Sequelize', database, () => ({
  db: pool,
  createOrganization: (organization, then) =>
    sequelize.transaction(async (transaction) => {
      const made = await insert(Organization, organization, transaction);
      await then(ofTransaction(transaction), made);
      return made;
    }),
  createUser: (user) => insert(User, user),
  createProject: (name, then) =>
    sequelize.transaction(async (transaction) => {
      const made = await insert(Project, { name }, transaction);
      await then(ofTransaction(transaction), made);
      return made;
    }),
  async projects() {
    return (await Project.findAll({ order: ['name'] })).map(nameOf);
  },
  async renameAll(name) {
    const [changed] = await Project.update({ name }, { where: {} });
    return changed;
  },
  async organization(of) {
    const found = await Organization.findByPk(of);
    return found === null ? undefined : nameOf(found);
  },
  async subscriptions() {
    const rows = await Subscription.findAll();
    return rows.map((row) => ({
      status: row.get('status') as string,
      plan: row.get('plan') as string | null,
    }));
  },
}));

const acme = '00000000-0000-4000-8000-0000000000a1';
const globex = '00000000-0000-4000-8000-0000000000b1';

test('many scopes share three clients of Sequelize, and none sees the tenant of another', async () => {
  const seen = await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const tenant = n % 2 === 0 ? acme : globex;
      const ask = (transaction: Transaction | null) =>
        sequelize.query<{ id: string }>(
          `select current_setting('app.organization_id') as id, pg_sleep(0.002)::text`,
          { type: QueryTypes.SELECT, transaction },
        );
      return tenancy.run(tenant, async () => {
        const [row] = n % 3 === 0 ? await sequelize.transaction(ask) : await ask(null);
        return row?.id === tenant;
      });
    }),
  );
  expect(seen).toEqual(seen.map(() => true));
});

test('a transaction that outlives its scope reaches nothing, and its client is used again', async () => {
  let left: Transaction | undefined;
  const leave = async () => {
    left = await sequelize.transaction();
  };
  await expect(tenancy.run(acme, leave)).rejects.toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
  const ask = () => sequelize.query('select name from projects', { transaction: left as never });
  await expect(tenancy.run(globex, ask)).rejects.toThrow();
  await expect(ask()).rejects.toThrow();
  await expect((left as unknown as Transaction).rollback()).rejects.toThrow();
  for (let n = 0; n < 6; n++) {
    const rows = await tenancy.run(globex, () =>
      sequelize.query<{ id: string }>(`select current_setting('app.organization_id') as id`, {
        type: QueryTypes.SELECT,
      }),
    );
    expect(rows).toEqual([{ id: globex }]);
  }
});
