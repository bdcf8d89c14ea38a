import { resolve } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { CommandMigrations } from '@tenantry/rls/feature';
import { migratingUrl } from '../commands/doctor/target.ts';
import type { Project } from '../config/load-config.ts';

/** What is known of the migrations of a project; nothing but connection strings without configuration files. */
export type MigratedProject = Pick<Project, 'database'> &
  Partial<Pick<Project, 'migrations' | 'journal' | 'plain' | 'drizzleUrl'>>;

/** The migrations of a project, as commands of features get them. */
export const migrationsOf = (project: MigratedProject): CommandMigrations => ({
  ledger: project.journal ?? { schema: 'drizzle', table: '__drizzle_migrations' },
  url: (given) =>
    migratingUrl({ database: project.database, drizzleUrl: project.drizzleUrl }, given),
  folder(given) {
    if (given !== undefined) return resolve(given);
    if (project.plain !== undefined) {
      throw new TenantryError('CONFIG_INVALID', {
        found: 'migrations that another runner than Drizzle applies.',
        fix: 'Run them with that runner, in the shared database and in each place.',
      });
    }
    if (project.migrations !== undefined) return project.migrations;
    throw new TenantryError('CONFIG_INVALID', {
      found: 'no folder of migrations.',
      fix: 'Name it with --migrations.',
    });
  },
});
