import { randomUUID } from 'node:crypto';
import {
  contentsOf,
  generate,
  type MigrationFile,
  missing,
  readMigrations,
  renderMigration,
  rolloutNotes,
} from '@tenantry/rls/generate';
import { applySchema, createLogins, runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { type Database, openDatabase } from '../src/database.ts';
import * as schema from '../src/schema.ts';
import { type Seeded, seed } from '../src/seed.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';

const all = config.features ?? [];
/** Billing stands on limits: it goes with them. */
const without = (title: string) =>
  all.filter(
    ({ name }) => name !== title && !(title === 'plan-limits' && name === 'stripe-billing'),
  );

const breakpoint = '--> statement-breakpoint';

/** A database that goes from one set of features to another by what `generate` writes. */
async function begin(features: typeof all) {
  const { url } = await testDatabase();
  const { foundation, sections } = await applySchema(url, { ...config, features, schema });
  const files: MigrationFile[] = [
    { name: 'first', text: renderMigration([foundation, ...sections]) },
  ];
  return {
    url,
    /** @returns in which order to deploy */
    async change(next: typeof all): Promise<string[]> {
      const now = generate({ ...config, features: next, schema });
      const sectionsNow = [now.foundation, ...now.sections];
      const migrated = readMigrations(files);
      const notes = rolloutNotes(sectionsNow, migrated);
      const contents = contentsOf(missing(sectionsNow, migrated));
      for (const content of contents) {
        const text = renderMigration(content);
        files.push({ name: content.name, text });
        await withClient(url, (client) => runAll(client, text.split(breakpoint)));
      }
      return notes;
    },
  };
}

/** Code that adds a project and reads all: it knows none of these features. */
const work = ({ db }: Database, { users, organizations }: Seeded) =>
  tenancy.run({ organizationId: organizations.acme, user: users.ada }, async () => {
    await db.insert(schema.projects).values({ name: randomUUID() });
    return db.select().from(schema.projects);
  });

test.each(['audit-log', 'plan-limits', 'stripe-billing'])(
  '%s goes and comes back while code that does not call it runs, and generate says the order',
  async (title) => {
    const database = await begin(all);
    const logins = await createLogins(database.url, tenancy);
    const opened = openDatabase({ url: logins.app, systemUrl: logins.system });
    try {
      const seeded = await seed(opened);
      const before = await work(opened, seeded);
      const gone = await database.change(without(title));
      expect(gone.join('\n')).toMatch(/^order: deploy the new code first: gone: tenantry\./m);
      expect(await work(opened, seeded)).toHaveLength(before.length + 1);
      expect(await database.change(all)).toEqual([]);
      expect(await work(opened, seeded)).toHaveLength(before.length + 2);
    } finally {
      await opened.pool.end();
    }
  },
  120_000,
);
