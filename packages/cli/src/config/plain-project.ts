import { resolve } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { DirectoryNames, TableDeclarations } from '@tenantry/rls/model';
import type { TablesConfig, TenantryConfig } from './define-config.ts';
import type { MigrationFormat } from './migration-format.ts';

/** What a project without a Drizzle schema says in tenantry.config.ts. */
export interface PlainProject {
  readonly tables: TableDeclarations;
  readonly directory: DirectoryNames | undefined;
  readonly format: MigrationFormat;
}

/**
 * The project of a configuration with `tables`; undefined for one with a Drizzle schema.
 * @throws TenantryError `CONFIG_INVALID` for a configuration that is both
 */
export function plainProject(
  config: Omit<Partial<TablesConfig>, 'directory'> &
    Pick<TenantryConfig, 'drizzle' | 'schema'> & { readonly directory?: unknown },
  folder: string,
) {
  const { tables, migrations = './migrations' } = config;
  if (tables === undefined) {
    if (config.migrations === undefined) return undefined;
    throw wrong(
      'migrations is for an application without a Drizzle schema',
      'Name its tables in `tables`, or take `migrations` out: with Drizzle the folder is that of drizzle.config.ts.',
    );
  }
  if (config.drizzle !== undefined || config.schema !== undefined) {
    throw wrong(
      'tables, and a Drizzle schema too',
      'Keep one of them: `tables` for an application without a Drizzle schema, or `drizzle` and `schema`.',
    );
  }
  const { folder: at, format = 'sql' } =
    typeof migrations === 'string' ? { folder: migrations } : migrations;
  const plain: PlainProject = {
    tables,
    directory: config.directory as DirectoryNames | undefined,
    format,
  };
  return {
    plain,
    directory: undefined,
    drizzleConfig: '',
    drizzleUrl: undefined,
    migrations: resolve(folder, at),
    prefix: undefined,
    journal: { schema: 'drizzle', table: '__drizzle_migrations' },
    casing: undefined,
    schemaFiles: [],
    schema: {},
  };
}

const wrong = (found: string, fix: string) =>
  new TenantryError('CONFIG_INVALID', { found: `${found}.`, fix });
