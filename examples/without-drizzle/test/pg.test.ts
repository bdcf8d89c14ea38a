import { projectsWithPg } from '../src/with-pg.ts';
import { exampleDatabase } from './support/database.ts';
import { story } from './support/story.ts';

const database = await exampleDatabase();
const { pool } = database;

story('raw pg', database, () => {
  const projects = projectsWithPg(pool);
  return {
    db: pool,
    projects: projects.list,
    createProject: projects.create,
    renameAll: projects.renameAll,
    createOrganization: ({ name, slug }, then) =>
      pool.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: string }>(
          'insert into organizations (name, slug) values ($1, $2) returning id',
          [name, slug],
        );
        const id = rows[0]?.id as string;
        await then(tx, id);
        return id;
      }),
    async createUser({ email, name }) {
      const { rows } = await pool.query<{ id: string }>(
        'insert into users (email, name) values ($1, $2) returning id',
        [email, name],
      );
      return rows[0]?.id as string;
    },
    async organization(id) {
      const { rows } = await pool.query<{ name: string }>(
        'select name from organizations where id = $1',
        [id],
      );
      return rows[0]?.name;
    },
    async subscriptions() {
      const { rows } = await pool.query<{ status: string; plan: string | null }>(
        'select status, plan from billing_subscriptions',
      );
      return rows;
    },
  };
});
