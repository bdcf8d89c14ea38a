import { compareDefinitions, type Definitions, readDefinitions } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { TestProject } from './project.ts';

/** Applies the migrations of a project to a database, as its users do. */
export async function migrateTo(url: string, project: TestProject): Promise<void> {
  await withDatabase(url, (client) =>
    migrate(drizzle(client), { migrationsFolder: `${project.folder}/drizzle` }),
  );
}

export async function withDatabase<R>(
  url: string,
  fn: (client: pg.Client) => Promise<R>,
): Promise<R> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

/** What an empty database holds once the migrations of a project ran. */
export async function catalogueOf(project: TestProject): Promise<Definitions> {
  const { url } = await testDatabase();
  await migrateTo(url, project);
  return catalogueAt(url);
}

export const catalogueAt = (url: string): Promise<Definitions> =>
  withDatabase(url, async (client) => {
    const catalogue = new Map(await readDefinitions(client));
    for (const title of [...catalogue.keys()])
      if (title.includes(' drizzle')) catalogue.delete(title);
    return catalogue;
  });

/** What two databases do not have alike, as lines. */
export const differences = (first: Definitions, second: Definitions): string[] =>
  compareDefinitions(first, second).map(
    (each) => `${each.object}: ${each.first ?? 'missing'} <> ${each.second ?? 'missing'}`,
  );
