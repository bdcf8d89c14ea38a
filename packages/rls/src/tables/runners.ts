import type { TableName } from '../model/table.ts';

/** Tables in which runners of migrations keep what ran. */
export const runnerNames: readonly (readonly [name: RegExp, runner: string])[] = [
  [/^__drizzle_migrations$/, 'Drizzle'],
  [/^_prisma_migrations$/, 'Prisma'],
  [/^knex_migrations(_lock)?$/, 'Knex'],
  [/^kysely_migration(_lock)?$/, 'Kysely'],
  [/^typeorm_metadata$/, 'TypeORM'],
  [/^mikro_orm_migrations$/, 'MikroORM'],
  [/^Sequelize(Meta|Data)$/, 'Sequelize'],
  [/^pgmigrations$/, 'node-pg-migrate'],
  [/^schemaversion$/, 'Postgrator'],
  [/^flyway_schema_history$/, 'Flyway'],
  [/^goose_db_version$/, 'goose'],
  [/^alembic_version$/, 'Alembic'],
  [/^databasechangelog(lock)?$/, 'Liquibase'],
  [/^(schema_migrations|ar_internal_metadata)$/, 'the application'],
];

/** Schemas that belong to a runner of migrations. */
export const runnerSchemas: Readonly<Record<string, string>> = {
  drizzle: 'Drizzle',
  graphile_migrate: 'graphile-migrate',
  supabase_migrations: 'Supabase',
};

/** The tables of runners of migrations, as exemptions with their reason. */
export const runnerTables = (tables: readonly TableName[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tables.flatMap(({ schema, name }) => {
      const runner =
        schema === 'public'
          ? runnerNames.find(([names]) => names.test(name))?.[1]
          : Object.hasOwn(runnerSchemas, schema)
            ? runnerSchemas[schema]
            : undefined;
      const path = schema === 'public' ? name : `${schema}.${name}`;
      return runner === undefined ? [] : [[path, `${runner} keeps there which migrations ran`]];
    }),
  );
