import { TenantryError } from '@tenantry/core';
import type { CatalogueQuery } from '@tenantry/rls/model';
import { withConnection } from '../commands/doctor/connect.ts';
import type { Project } from './load-config.ts';

/** The database in which the user's own migrations have run. @throws TenantryError `CONFIG_INVALID` */
export function databaseOf({ database }: Pick<Project, 'database'>): string {
  const { MIGRATION_DATABASE_URL, DATABASE_URL } = process.env;
  const url =
    database.migrationUrl || MIGRATION_DATABASE_URL || database.url || DATABASE_URL || undefined;
  if (url !== undefined) return url;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'no database to read the tables from.',
    fix: 'Set MIGRATION_DATABASE_URL or DATABASE_URL, or database: { migrationUrl } in tenantry.config.ts: a database in which your own migrations have run.',
  });
}

/**
 * A project with its schema. One without a Drizzle schema reads it from a database; any other stays as it
 * is.
 * @param url the database. Default: that of the configuration.
 */
export async function withSchema(project: Project, url?: string): Promise<Project> {
  const { plain, tenancy } = project;
  if (plain === undefined) return project;
  // loaded when it is needed: most commands read no catalogue
  const { directoryOf, readTables } = await import('@tenantry/rls/model');
  return withConnection(url ?? databaseOf(project), async (client) => {
    await client.query('set search_path = pg_catalog, public');
    const query: CatalogueQuery = async (text, values) => (await client.query(text, values)).rows;
    const { tables, directory: names } = plain;
    const { schema, exempt } = await readTables(query, { tenancy, tables, exempt: project.exempt });
    const directory = names && directoryOf(schema, names);
    return { ...project, schema, directory, exempt };
  });
}
