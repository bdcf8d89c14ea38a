import type { TableName } from '../model/table.ts';

const runners: Readonly<Record<string, string>> = {
  pgmigrations: 'node-pg-migrate',
  schema_migrations: 'the runner of migrations',
  _prisma_migrations: 'Prisma',
  flyway_schema_history: 'Flyway',
  kysely_migration: 'Kysely',
  kysely_migration_lock: 'Kysely',
  knex_migrations: 'Knex',
  knex_migrations_lock: 'Knex',
  mikro_orm_migrations: 'MikroORM',
  typeorm_metadata: 'TypeORM',
  SequelizeMeta: 'Sequelize',
};

/** The tables in which runners of migrations keep what ran, as exemptions with their reason. */
export const runnerTables = (tables: readonly TableName[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tables.flatMap(({ schema, name }) => {
      const runner =
        schema === 'public' && Object.hasOwn(runners, name) ? runners[name] : undefined;
      return runner === undefined ? [] : [[name, `${runner} keeps there which migrations ran`]];
    }),
  );
