import { openKysely } from '../src/database.ts';
import { projectsWithKysely } from '../src/with-kysely.ts';
import { exampleDatabase } from './support/database.ts';
import { story } from './support/story.ts';

const database = await exampleDatabase();

story('Kysely', database, () => {
  const db = openKysely(database.pool);
  const projects = projectsWithKysely(db);
  return {
    db,
    projects: projects.list,
    createProject: projects.create,
    renameAll: projects.renameAll,
    createOrganization: (organization, then) =>
      db.transaction().execute(async (tx) => {
        const { id } = await tx
          .insertInto('organizations')
          .values(organization)
          .returning('id')
          .executeTakeFirstOrThrow();
        await then(tx, id);
        return id;
      }),
    async createUser(user) {
      const { id } = await db
        .insertInto('users')
        .values(user)
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },
    async organization(id) {
      const query = db.selectFrom('organizations').select('name').where('id', '=', id);
      return (await query.executeTakeFirst())?.name;
    },
    subscriptions: () =>
      db.selectFrom('billing_subscriptions').select(['status', 'plan']).execute(),
  };
});
