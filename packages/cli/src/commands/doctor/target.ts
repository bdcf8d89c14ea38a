import { existsSync } from 'node:fs';
import { TenantryError } from '@tenantry/core';
import type { DiagnoseOptions } from '@tenantry/rls/doctor';
import type { Project } from '../../config/load-config.ts';
import { withSchema } from '../../config/read-database.ts';
import { migrationsFeature } from './migrations-check.ts';

/** The database options of the command line. */
export interface TargetOptions {
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  readonly 'tenant-column'?: string | undefined;
  readonly role?: string | undefined;
}

/** The database, and the project to compare it with. */
export interface Target {
  readonly url: string;
  readonly project: Project | undefined;
  readonly options: DiagnoseOptions;
}

/**
 * The target with the project if there is one; with --tenant-column, or without a tenantry.config.ts, the
 * database alone.
 */
export async function targetOf(
  given: TargetOptions,
  loadProject: (configFile?: string) => Promise<Project>,
): Promise<Target> {
  const column = given['tenant-column'];
  const alone =
    column !== undefined || (given.config === undefined && !existsSync('tenantry.config.ts'));
  if (alone) {
    const url = given.url ?? process.env.DATABASE_URL;
    return {
      url: present(url),
      project: undefined,
      options: {
        ...(column !== undefined && { tenantColumn: column }),
        ...(given.role !== undefined && { role: given.role }),
      },
    };
  }
  const loaded = await loadProject(given.config);
  const serving = loaded.database.url ?? process.env.DATABASE_URL;
  const url = migratingUrl(loaded, given.url);
  const project = await withSchema(loaded, url);
  const { tenancy, schema, casing, doctor, directory, features, exempt } = project;
  const role = given.role ?? doctor.role;
  return {
    url,
    project,
    options: {
      tenancy,
      schema,
      casing,
      directory,
      features: [...features, migrationsFeature(project)],
      exempt,
      ...(role !== undefined && { role }),
      logins: loginsOf(serving),
      ignore: doctor.ignore ?? [],
    },
  };
}

/** The database with the login that migrates, which sees most. */
export function migratingUrl(
  { database, drizzleUrl }: Pick<Project, 'database' | 'drizzleUrl'>,
  given: string | undefined,
): string {
  const { MIGRATION_DATABASE_URL, DATABASE_URL } = process.env;
  return present(
    given ??
      database.migrationUrl ??
      MIGRATION_DATABASE_URL ??
      drizzleUrl ??
      database.url ??
      DATABASE_URL,
  );
}

function present(url: string | undefined): string {
  if (url !== undefined && url !== '') return url;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'no connection string.',
    fix: 'Pass --url, set DATABASE_URL, or name it in tenantry.config.ts: database: { migrationUrl }.',
  });
}

/** The login that serves tenants; a tenant's statement has its rights. */
function loginsOf(serving: string | undefined): string[] {
  try {
    const name = serving === undefined ? '' : decodeURIComponent(new URL(serving).username);
    return name === '' ? [] : [name];
  } catch {
    return [];
  }
}
