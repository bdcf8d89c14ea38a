import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** Projects with Kysely. No query names the organization: the scope does. */
export function projectsWithKysely(db: Kysely<Database>) {
  return {
    async list(): Promise<string[]> {
      const rows = await db.selectFrom('projects').select('name').orderBy('name').execute();
      return rows.map(({ name }) => name);
    },

    /** Inserts a project, and does what follows in its transaction. */
    create: (name: string, then: (tx: Transaction<Database>, id: string) => Promise<unknown>) =>
      db.transaction().execute(async (tx) => {
        const { id } = await tx
          .insertInto('projects')
          .values({ name })
          .returning('id')
          .executeTakeFirstOrThrow();
        await then(tx, id);
        return id;
      }),

    async renameAll(name: string): Promise<number> {
      const result = await db.updateTable('projects').set({ name }).executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
  };
}
