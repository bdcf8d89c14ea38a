/**
 * How the runner of an application wants its migrations:
 * - `sql`: numbered files, `0001_tables.sql`, which psql or any other runner applies in this order; where
 *   the files of the folder begin with a time, so do new ones;
 * - `dbmate`: `20260131120000_tables.sql`, with `-- migrate:up` and `-- migrate:down`;
 * - `node-pg-migrate`: `1769860800000_tables.sql`, with `-- Up Migration` and `-- Down Migration`;
 * - `prisma`: `20260131120000_tables/migration.sql`;
 * - `flyway`: `V1__tables.sql`.
 */
export type MigrationFormat = (typeof migrationFormats)[number];

export const migrationFormats = ['sql', 'dbmate', 'node-pg-migrate', 'prisma', 'flyway'] as const;
